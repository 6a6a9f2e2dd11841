"""The SPRT against the published test vectors of fastchess (app/tests/sprt_test.cpp, tolerance 1% as there)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tessera.errors import BadValue
from tessera.ratings.sprt import Sprt

# model, elo0, elo1, (wins, draws, losses), LLR
GAMES = [
    ("normalised", 0, 2, (36433, 68692, 36027), 0.92),
    ("normalised", -1.75, 0.25, (10871, 20431, 10650), 2.30),
    ("normalised", 0, 10, (4250, 0, 0), 120.56),
    ("logistic", 0.5, 2.5, (21404, 40708, 21184), -1.57),
    ("logistic", 0, 2, (57433, 106593, 57030), -2.59),
    ("bayesian", 0, 2, (68965, 128429, 68526), -1.26),
    ("bayesian", 0.5, 2.5, (21629, 41111, 21484), -1.13),
]
# model, elo0, elo1, pairs by points 0, 1/2, 1, 3/2, 2 (a win with a loss, and two draws, added), LLR
PAIRS = [
    ("normalised", 0, 2, (365, 16618, 36029 + 200, 16974, 390), 2.25),
    ("normalised", -1.75, 0.25, (127, 4883, 10311 + 401, 5150, 104), 3.01),
    ("normalised", 0, 5, (0, 0, 0, 0, 5550), 111.82),
    ("logistic", 0.5, 2.5, (223, 9863, 20279 + 1000, 10037, 246), -3.07),
    ("logistic", 0, 2, (871, 26175, 55003 + 980, 26678, 821), -4.98),
]


@pytest.mark.parametrize(("model", "elo0", "elo1", "results", "llr"), GAMES)
def test_single_games_as_fastchess(model, elo0, elo1, results, llr):
    assert Sprt(elo0, elo1, model=model).llr(*results) == pytest.approx(llr, rel=0.01, abs=0.005)


@pytest.mark.parametrize(("model", "elo0", "elo1", "counts", "llr"), PAIRS)
def test_pairs_as_fastchess(model, elo0, elo1, counts, llr):
    assert Sprt(elo0, elo1, model=model).llr_pairs(counts) == pytest.approx(llr, rel=0.01, abs=0.005)


@pytest.mark.parametrize("model", ["normalised", "logistic"])
def test_the_other_side_sees_the_mirror_image(model):
    counts = (20, 41, 90, 55, 31)
    ours = Sprt(-1, 4, model=model).llr_pairs(counts)
    theirs = Sprt(-4, 1, model=model).llr_pairs(counts[::-1])
    assert ours == pytest.approx(-theirs, abs=1e-3)


def test_before_the_first_game_nothing_is_decided():
    sprt = Sprt(0, 5)
    assert sprt.llr(0, 0, 0) == sprt.llr_pairs((0, 0, 0, 0, 0)) == 0.0
    assert Sprt(0, 5, model="bayesian").llr(9, 9, 0) == 0.0


def test_bounds_and_verdicts():
    sprt = Sprt(0, 5, alpha=0.05, beta=0.1)
    assert (sprt.lower, sprt.upper) == pytest.approx((math.log(0.1 / 0.95), math.log(0.9 / 0.05)))
    verdicts = [sprt.verdict(llr) for llr in (sprt.lower, sprt.lower + 0.01, 0.0, sprt.upper - 0.01, sprt.upper)]
    assert verdicts == ["H0", "continue", "continue", "continue", "H1"]


@pytest.mark.parametrize(("lead", "wrong"), [(0.0, "H1"), (100.0, "H0")])
def test_error_rates_are_those_asked_for(lead, wrong):
    """100 simulated matches under either hypothesis end, and few end wrongly."""
    rng = np.random.default_rng(5)
    sprt, ends = Sprt(0, 100, model="logistic"), []
    win = 1 / (1 + 10 ** (-lead / 400))
    for _ in range(100):
        counts = [0] * 5
        while (verdict := sprt.verdict(sprt.llr_pairs(counts))) == "continue":
            counts[2 * int((rng.random(2) < win).sum())] += 1
        ends.append(verdict)
    assert ends.count(wrong) / len(ends) <= 0.1


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"elo0": 5, "elo1": 5}, "elo0, elo1"),
        ({"elo0": 0, "elo1": math.nan}, "elo0, elo1"),
        ({"elo0": 0, "elo1": 300}, "elo0, elo1"),
        ({"elo0": 0, "elo1": 5, "alpha": 0}, "alpha, beta"),
        ({"elo0": 0, "elo1": 5, "alpha": 0.6, "beta": 0.4}, "alpha, beta"),
        ({"elo0": 0, "elo1": 5, "model": "guess"}, "model"),
    ],
)
def test_settings_are_checked(settings, name):
    with pytest.raises(BadValue, match=name):
        Sprt(**settings)


def test_bayesian_elo_knows_no_pairs():
    with pytest.raises(BadValue, match="model"):
        Sprt(0, 5, model="bayesian").llr_pairs((1, 2, 3, 4, 5))

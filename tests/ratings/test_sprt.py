"""The SPRT against the published test vectors of fastchess (app/tests/sprt_test.cpp, tolerance 1% as there)."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from tessera.errors import BadValue
from tessera.ratings.sprt import Sprt, Trial

# model, elo0, elo1, pairs by points 0, 1/2, 1, 3/2, 2 (a win with a loss, and two draws, added), LLR
PAIRS = [
    ("normalised", 0, 2, (365, 16618, 36029 + 200, 16974, 390), 2.25),
    ("normalised", -1.75, 0.25, (127, 4883, 10311 + 401, 5150, 104), 3.01),
    ("normalised", 0, 5, (0, 0, 0, 0, 5550), 111.82),
    ("logistic", 0.5, 2.5, (223, 9863, 20279 + 1000, 10037, 246), -3.07),
    ("logistic", 0, 2, (871, 26175, 55003 + 980, 26678, 821), -4.98),
]


@pytest.mark.parametrize(("model", "elo0", "elo1", "counts", "llr"), PAIRS)
def test_pairs_as_fastchess(model, elo0, elo1, counts, llr):
    assert Sprt(elo0, elo1, model=model).llr(counts) == pytest.approx(llr, rel=0.01, abs=0.005)


@pytest.mark.parametrize("model", ["normalised", "logistic"])
def test_the_other_side_sees_the_mirror_image(model):
    counts = (20, 41, 90, 55, 31)
    ours = Sprt(-1, 4, model=model).llr(counts)
    theirs = Sprt(-4, 1, model=model).llr(counts[::-1])
    assert ours == pytest.approx(-theirs, abs=1e-3)


def test_before_the_first_game_nothing_is_decided():
    assert Sprt(0, 5).llr((0, 0, 0, 0, 0)) == 0.0


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
        while (verdict := sprt.verdict(sprt.llr(counts))) == "continue":
            counts[2 * int((rng.random(2) < win).sum())] += 1
        ends.append(verdict)
    assert ends.count(wrong) / len(ends) <= 0.1


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"elo0": 5, "elo1": 5}, "elo0, elo1"),
        ({"elo0": 0, "elo1": math.nan}, "elo0, elo1"),
        ({"elo0": 0, "elo1": 300, "model": "normalised"}, "elo0, elo1"),
        ({"elo0": 0, "elo1": 1001}, "elo0, elo1"),
        ({"elo0": 0, "elo1": 5, "alpha": 0}, "alpha, beta"),
        ({"elo0": 0, "elo1": 5, "alpha": 0.6, "beta": 0.4}, "alpha, beta"),
        ({"elo0": 0, "elo1": 5, "model": "guess"}, "model"),
    ],
)
def test_settings_are_checked(settings, name):
    with pytest.raises(BadValue, match=name):
        Sprt(**settings)


def test_a_trial_decides_at_the_first_bound_and_for_good():
    won, lost = [2.0] * 100, [0.0] * 100
    trial = Trial(Sprt(0, 35), "ann", "bob").after(won[:10])
    assert (trial.verdict, trial.counts) == ("continue", (0, 0, 0, 0, 10))
    decided = trial.after([*won, *lost])
    assert decided.verdict == "H1" and sum(decided.counts) < 100, "nothing after the bound is counted"
    assert decided.after(lost) == decided == Trial(Sprt(0, 35), "ann", "bob").after([*won, *lost])
    assert Trial(Sprt(0, 35), "ann", "bob").after(lost).verdict == "H0"


def test_a_trial_in_words_and_for_json():
    trial = Trial(Sprt(0, 35), "ann", "bob")
    assert trial.in_words()[0] == "LLR +0.00 of -2.94 to +2.94: not decided"
    assert json.loads(json.dumps(trial.as_dict(), allow_nan=False))["elo"] is None
    some = trial.after([2.0, 1.0, 1.5, 0.5, 0.0])
    assert "5 pairs by the points of ann, 0 to 2: 1-1-1-1-1; +0 ± " in some.in_words()[1]
    assert some.as_dict()["pairs"] == [1, 1, 1, 1, 1] and some.as_dict()["elo"] == pytest.approx(0.0)
    won = trial.after([2.0] * 100)
    assert "H1 accepted, ann leads bob by 35 Elo rather than 0" in won.in_words()[0]
    assert json.loads(json.dumps(won.as_dict(), allow_nan=False))["verdict"] == "H1"
    lost = Trial(Sprt(-5, 5, model="normalised"), "ann", "bob").after([0.0] * 500)
    assert "H0 accepted, ann leads bob by -5 normalised Elo rather than 5" in lost.in_words()[0]

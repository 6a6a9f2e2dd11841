"""Elo differences against the published test vectors of fastchess (app/tests/elo_test.cpp, tolerance 1% as there)."""

from __future__ import annotations

import math

import pytest

from tessera.errors import BadValue
from tessera.ratings.elo import ELO_PER_NAT, elo_from_score, expected_score, from_pairs

# pairs by points 0, 1/2, 1, 3/2, 2: the middle one is the sum of a win with a loss and of two draws
PAIRS = [
    ((34, 54, 31 + 32, 64, 75), (55.58, 27.65, 1.0000, 0.579)),
    ((332, 433, 457 + 41, 333, 334), (-8.64, 10.33, 0.0505, 0.488)),
    ((7895, 8757, 5485 + 200, 568, 9999), (-21.04, 2.95, 0.0000, 0.470)),
]


@pytest.mark.parametrize(("difference", "published"), [(from_pairs(counts), row) for counts, row in PAIRS])
def test_pairs_as_fastchess(difference, published):
    check(difference, published)


def check(difference, published):
    names = ("elo", "error")
    for name, value in zip(names, published, strict=False):
        assert getattr(difference, name) == pytest.approx(value, rel=0.01, abs=0.006), name
    *_, los, score = published
    assert difference.los == pytest.approx(los, abs=5.1e-5)
    assert difference.score == pytest.approx(score, abs=6e-4)


@pytest.mark.parametrize(
    ("elo", "score"), [(0, 0.5), (400, 10 / 11), (-400, 1 / 11), (190.8485, 0.75), (ELO_PER_NAT, 0.731059)]
)
def test_elo_and_score_are_inverse(elo, score):
    assert expected_score(elo) == pytest.approx(score, abs=1e-6)
    assert elo_from_score(expected_score(elo)) == pytest.approx(elo, abs=1e-9)


def test_one_sided_results_are_infinite_and_draws_are_not():
    assert elo_from_score(0) == -math.inf and elo_from_score(1) == math.inf
    won = from_pairs((0, 0, 0, 0, 7))
    assert (won.elo, won.error, won.los) == (math.inf, math.inf, 1.0)
    drawn = from_pairs((0, 0, 7, 0, 0))
    assert (drawn.elo, drawn.error, drawn.los) == (0.0, 0.0, 0.5)
    assert from_pairs((1, 0, 0, 0, 5)).error == math.inf


@pytest.mark.parametrize("counts", [(0, 0, 0, 0, 0), (1, 2, 3), (1, 2, -1, 0, 0), (1, 2, math.nan, 0, 0)])
def test_counts_are_checked(counts):
    with pytest.raises(BadValue, match="counts"):
        from_pairs(counts)

"""Ranks are a convention; these are its fixed points."""

from __future__ import annotations

import pytest

from tessera.errors import BadValue
from tessera.ranks.scale import elo_of_rank, rank_of_elo

POINTS = {"30k": -700, "20k": 300, "5k": 1800, "1k": 2200, "1d": 2300, "5d": 2700, "9d": 3100}


@pytest.mark.parametrize(("rank", "elo"), POINTS.items())
def test_fixed_points(rank: str, elo: float) -> None:
    assert elo_of_rank(rank) == elo and rank_of_elo(elo) == rank
    assert rank_of_elo(elo + 49) == rank and rank_of_elo(elo - 49) == rank


def test_ranks_are_read_kindly_and_end_somewhere() -> None:
    assert elo_of_rank(" 5K ") == 1800
    assert rank_of_elo(-5000) == "30k" and rank_of_elo(9999) == "9d"


@pytest.mark.parametrize("rank", ["", "k", "0k", "31k", "10d", "5p", "-3k", "3.5k", "20"])
def test_no_ranks(rank: str) -> None:
    with pytest.raises(BadValue, match=r"rank: got .*allowed: 30k to 1k, 1d to 9d"):
        elo_of_rank(rank)

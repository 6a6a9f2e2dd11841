"""Rank tables of networks that do not exist."""

from __future__ import annotations

from tessera.ranks.table import Ladder, RankTable, Rung

DIGEST = "d" * 64


def ladder(size: int, *rungs: tuple[float, float]) -> Ladder:
    """From (temperature, Elo), weakest first."""
    return Ladder(
        size=size,
        rungs=tuple(Rung(t, elo, elo - 40, elo + 40, 100.0, 80.0, 120.0, 400) for t, elo in rungs),
        games=2400,
        anchor="GNU Go level 10 = 1800",
        rules="chinese-kgs",
        komi=7.0,
    )


def table(network: str = DIGEST) -> RankTable:
    """9x9 from 20k to 5k, 13x13 from 25k to 8k."""
    nine = ladder(9, (9.0, 300.0), (3.0, 1000.0), (1.0, 1500.0), (0.0, 1800.0))
    thirteen = ladder(13, (9.0, -200.0), (1.0, 1000.0), (0.0, 1500.0))
    return RankTable(network, (nine, thirteen), "2026-11-27 by tessera 0.1.0")

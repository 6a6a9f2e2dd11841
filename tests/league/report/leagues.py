"""Leagues that were never played: legal random games, and figures to go with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tessera.interfaces.arbiter import VOID, GameRecord
from tessera.league.summary import Row, Summary, summarise
from tessera.rules.coords import BLACK, opponent
from tessera.rules.game import Game
from tessera.rules.ruleset import parse_ruleset

ANCHOR = 1800.0


def row(name: str, **changes: Any) -> Row:
    """A player who has not played."""
    figures: dict[str, Any] = dict.fromkeys(("games", "wins", "draws", "losses", "forfeits", "voids"), 0)
    figures |= dict.fromkeys(("score", "mean_moves", "seconds_per_move"), 0.0)
    return Row(**{"name": name, "elo": 1500.0, "low": 1400.0, "high": 1600.0, "anchored": False, **figures, **changes})


def summary(*rows: Row, **changes: Any) -> Summary:
    """A league of these players in which nothing is surprising; not one figure is computed."""
    return replace(
        summarise([], title="A league"),
        **{"rows": rows, "superiority": np.full((len(rows), len(rows)), 0.5), **changes},
    )


def random_moves(
    seed: int, *, size: int = 9, rules: str = "chinese-kgs", limit: int = 80
) -> tuple[tuple[tuple[int, int], ...], list[int]]:
    """Legal moves, captures and suicide among them, and the stones [P] at the end by the rules proper."""
    rng = np.random.default_rng(seed)
    game = Game(size, rules=parse_ruleset(rules))
    color = BLACK
    for _ in range(limit):
        legal = [point for point in range(size * size) if game.is_legal(color, point)]
        # A pass now and then: it must change nothing.
        game.play(color, int(rng.choice(legal)) if legal and rng.random() > 0.02 else size * size)
        color = opponent(color)
    return tuple((move.color, move.point) for move in game.moves), game.stones.tolist()


def record(number: int = 1, **changes: Any) -> GameRecord:
    """A finished game between 'a' and 'b'."""
    values: dict[str, Any] = {
        "black": "a",
        "white": "b",
        "result": "B+3.5",
        "moves": ((1, 40), (2, 41)),
        "size": 9,
        "komi": 7.0,
        "rules": "chinese-kgs",
        "opening": "empty",
        "seconds": (1.0, 2.0),
        **changes,
    }
    return GameRecord(number=number, **values)


def random_league(
    games: int, strengths: Mapping[str, float], *, size: int = 9, limit: int = 80
) -> tuple[Summary, list[GameRecord]]:
    """Results as the strengths (Elo) make them likely, moves at random; every 50th game is void.

    A player of strength `ANCHOR` is pinned there.
    """
    rng = np.random.default_rng(7)
    names = list(strengths)
    records = []
    for number in range(1, games + 1):
        black, white = (names[k] for k in rng.choice(len(names), 2, replace=False))
        share = 1 / (1 + 10 ** ((strengths[white] - strengths[black]) / 400))
        result = ("B+" if rng.random() < share else "W+") + str(rng.choice(["R", "0.5", "12", "3", "T", "F"]))
        void = number % 50 == 0
        records.append(
            record(
                number,
                black=black,
                white=white,
                result=VOID if void else "0" if number % 40 == 0 else result,
                moves=random_moves(number, size=size, limit=int(rng.integers(limit // 2, limit + 1)))[0],
                size=size,
                opening=f"random-4-{number // 2}",
                seconds=(float(rng.random() * 60), float(rng.random() * 60)),
                note="no answer to 'genmove b' in 60.0 s; killed after SIGTERM" if void else "",
                culprit=black if void else "",
            )
        )
    pinned = {name: elo for name, elo in strengths.items() if elo == ANCHOR}
    return summarise(records, title="9×9 spring league", anchors=pinned, players=names), records

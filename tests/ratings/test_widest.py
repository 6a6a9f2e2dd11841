"""Adaptive pairing: the widest interval first, against who tells most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tessera.interfaces.arbiter import GameRecord
from tessera.league.summary import summarise
from tessera.ratings.widest import widest_pairs

GAME = GameRecord(1, "a", "b", "B+R", (), 5, 0.5, "chinese-kgs", "o", (0.0, 0.0))


def league(*players: str, anchors: Mapping[str, float] = {}) -> dict[str, Any]:
    return {"players": players, "anchors": anchors}


def games(one: str, other: str, wins: int, losses: int, start: int) -> list[GameRecord]:
    """So many won and lost by the first, with both colours in turn."""
    records = []
    for n in range(wins + losses):
        black, white = (one, other) if n % 2 else (other, one)
        winner = "B" if (black == one) == (n < wins) else "W"
        records.append(replace(GAME, number=start + n, black=black, white=white, result=f"{winner}+R"))
    return records


def test_the_player_known_least_is_paired() -> None:
    config = league("a", "b", "c", "d")
    records = [*games("a", "b", 10, 10, 1), *games("b", "c", 10, 10, 100), *games("a", "d", 2, 2, 200)]
    rows = {row.name: row.high - row.low for row in summarise(records).rows}
    assert max(rows, key=lambda name: rows[name]) == "d"
    assert all(widest_pairs(records, [*"abcd"], **config, count=1)[0][0] == "d" for _ in range(3))


def test_an_even_opponent_tells_more_than_a_far_one() -> None:
    config = league("near", "far", "new", anchors={"near": 1000, "far": 2500})
    records = [*games("new", "near", 1, 1, 1), *games("near", "far", 0, 5, 100)]
    assert widest_pairs(records, ["near", "far", "new"], **config, count=1) == [("new", "near")]


def test_a_round_spreads_out_before_anybody_has_played() -> None:
    config = league("a", "b", "c", "d")
    met = Counter(name for pair in widest_pairs([], [*"abcd"], **config, count=12) for name in pair)
    assert set(met) == {*"abcd"} and max(met.values()) - min(met.values()) <= 2, "no hub that everybody meets"


def test_anchors_are_only_opponents() -> None:
    config = league("a", "b", "c", anchors={"a": 0, "b": 100})
    pairs = widest_pairs([], ["a", "b", "c"], **config, count=5)
    assert all(pair[0] == "c" for pair in pairs)


def test_games_of_a_player_who_left_still_count() -> None:
    records = [*games("a", "gone", 5, 5, 1), *games("b", "gone", 5, 5, 50), *games("c", "a", 1, 1, 100)]
    assert widest_pairs(records, ["a", "b", "c"], **league("a", "b", "c"), count=1)[0][0] == "c"


def test_nobody_left_and_nobody_to_learn_about() -> None:
    config = league("a", "b", "c", anchors={"a": 0, "b": 100})
    assert widest_pairs([], ["c"], **config, count=5) == [] == widest_pairs([], [], **config, count=5)
    assert widest_pairs([], ["a", "c"], **config, count=0) == []
    assert len(widest_pairs([], ["a", "b"], **config, count=2)) == 2, "known players may still meet"

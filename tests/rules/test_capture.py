"""Reading of small regions: the same answers as the slow reader, as soon given up."""

from __future__ import annotations

import random

import pytest

from tessera.rules.benson import components
from tessera.rules.capture import Region, TooHard
from tessera.rules.coords import EMPTY
from tessera.rules.game import Game
from tests.rules.slow_capture import SlowRegion


def answer(region: Region | SlowRegion, target: int, *, attacker_first: bool) -> bool | None:
    """None: it is too hard."""
    try:
        return region.captured(target, attacker_first=attacker_first)
    except TooHard:
        return None


@pytest.mark.parametrize("size", [4, 5, 7, 9])
def test_the_slow_reader_says_the_same(size: int) -> None:
    """Random games; regions as a game that is over has them, and whatever lies within two steps of a stone."""
    draws, counts = random.Random(size), dict.fromkeys((True, False, None), 0)
    for _ in range(40):
        game = Game(size)
        for _ in range(draws.randrange(size, 2 * size * size)):
            moves = [p for p in range(size * size) if game.is_legal(game.to_play, p)]
            if not moves:
                break
            game.play(game.to_play, draws.choice(moves))
        stones = [int(stone) for stone in game.stones]
        loose = {p for p in range(size * size) if stones[p] != EMPTY and draws.random() < 0.4}
        for points in components(size, lambda p: stones[p] == EMPTY or p in loose, lambda p, q: True):  # noqa: B023
            targets = sorted(p for p in points if stones[p] != EMPTY)[:3]
            if sum(stones[p] == EMPTY for p in points) > 6:
                continue
            fast, slow = Region(game.state, size, points), SlowRegion(game.state, size, points)
            for target in targets:
                for first in (True, False):
                    found = answer(fast, target, attacker_first=first)
                    assert found == answer(slow, target, attacker_first=first)
                    counts[found] += 1
    assert counts[True] > 50 and counts[False] > 50, counts

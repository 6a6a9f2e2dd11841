"""When a thought ends: the rules on their own, and a player that keeps them."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from numpy.typing import NDArray

from tessera.interfaces.player import Limits, Watch
from tessera.players.search import SearchPlayer
from tessera.players.settings import SearchPlayerSettings
from tessera.players.stopping import Progress, decided, enough, undecided, visits_left
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.game import Game
from tests.players.test_players import settled_game
from tests.search.worlds import ByStones, Hashed

PRIOR = np.array([0.4, 0.3, 0.3, 0.0], np.float32)


def visits(*counts: int) -> NDArray[np.int32]:
    return np.array(counts, np.int32)


@pytest.mark.parametrize(
    ("counts", "left", "temperature", "over"),
    [
        ((60, 20, 10, 0), 39, 0.0, True),
        ((60, 20, 10, 0), 40, 0.0, False),  # the second may draw level
        ((60, 20, 10, 55), 39, 0.0, True),  # the last may not be played any more
        ((60, 20, 10, 0), float("inf"), 0.0, False),
        ((600, 20, 10, 0), 39, 0.5, True),  # 59 of 600 is drawn once in a hundred
        ((600, 20, 10, 0), 41, 0.5, False),
        ((0, 0, 0, 0), 0, 0.0, False),
    ],
)
def test_decided(counts: tuple[int, ...], left: float, temperature: float, over: bool) -> None:
    assert decided(PRIOR, visits(*counts), left, temperature) == over


def test_a_single_move_is_decided_at_once() -> None:
    assert decided(np.array([0, 0, 1], np.float32), visits(0, 0, 0), float("inf"), 0.5)


def test_undecided_while_the_best_looking_move_is_not_the_most_visited() -> None:
    counts = visits(100, 40, 5, 80)
    assert not undecided(PRIOR, counts, np.array([50, 10, 4, 79], np.float32))  # 5 visits are not believed, 80 barred
    assert undecided(PRIOR, counts, np.array([50, 30, 4, 0], np.float32))
    assert undecided(PRIOR, visits(0, 0, 0, 0), np.zeros(4, np.float32))


def test_what_is_left_follows_the_present_speed() -> None:
    assert visits_left(Limits(seconds=3), Progress(150, 100, 1.0)) == 200
    assert visits_left(Limits(visits=180, seconds=3), Progress(150, 100, 1.0)) == 30
    assert visits_left(Limits(seconds=3), Progress(150, 100, 0.01)) == float("inf"), "too early to know the speed"
    assert visits_left(Limits(seconds=3), Progress(150, 100, 4.0)) == 0


def test_more_time_is_given_to_what_is_undecided_and_only_there() -> None:
    counts, limits = visits(100, 90, 5, 0), Limits(seconds=2, extra_seconds=2)
    stable, torn = np.array([50, 10, 1, 0], np.float32), np.array([50, 60, 1, 0], np.float32)
    for seconds, value, temperature, over in (
        (1.9, stable, 0.0, False),
        (2.1, stable, 0.0, True),
        (2.1, torn, 0.0, False),
        (4.1, torn, 0.0, True),
        (2.1, torn, None, True),
    ):
        assert enough(limits, Progress(195, 195, seconds), temperature, PRIOR, counts, value) == over
    assert enough(Limits(195, 2, 2), Progress(195, 195, 0.5), 0.0, PRIOR, counts, torn), "visits are not stretched"


@pytest.mark.parametrize("color", [BLACK, WHITE])
def test_a_settled_game_needs_no_time(color: int) -> None:
    """Only the pass is left: an hour is not used."""
    choice = SearchPlayer(Hashed(5)).choose(settled_game(), color, Limits(seconds=3600))
    assert choice.point == 25
    assert choice.analysis is not None and choice.analysis.seconds < 60


def test_a_clear_move_ends_a_timed_thought_early() -> None:
    """One move wins and is found: what is left of the minute cannot change that."""
    world = ByStones(lambda own, other: 6.0 * (own[:, 12] - other[:, 12]))
    choice = SearchPlayer(world, SearchPlayerSettings(temperature=0.0)).choose(Game(5), BLACK, Limits(seconds=60))
    assert choice.point == 12
    assert choice.analysis is not None and choice.analysis.seconds < 50


@pytest.mark.parametrize("limits", [Limits(seconds=0.0), Limits(1, 0.0), Limits(seconds=1e-9)])
def test_no_move_without_an_evaluation(limits: Limits) -> None:
    """Neither a clock that has run out nor an early stop keeps the network from being asked once."""
    world = ByStones(lambda own, other: own.sum(1) - other.sum(1))
    stop = threading.Event()
    stop.set()
    choice = SearchPlayer(world).choose(Game(5), BLACK, limits, watch=Watch(stop))
    assert sum(world.batches) >= 1
    assert choice.analysis is not None and choice.analysis.visits >= 1


def test_an_analysis_uses_the_time_it_is_given() -> None:
    start = time.monotonic()
    SearchPlayer(Hashed(5)).analyze(settled_game(), BLACK, Limits(seconds=0.3))
    assert time.monotonic() - start >= 0.3

"""Clocks with a flag, as the referee keeps them, move by move."""

from __future__ import annotations

import pytest

from tessera.clock import NO_LIMIT, Clock, TimeControl, canadian, start
from tessera.errors import BadValue
from tessera.match.engine import time_settings
from tessera.rules.coords import BLACK, WHITE


@pytest.mark.parametrize(
    ("control", "moves", "kept", "left"),
    [
        (NO_LIMIT, [1e9], True, (0, 0)),
        (canadian(0, 10, 0), [1e9], True, (0, 0)),
        (canadian(10), [4, 5], True, (1, 0)),
        (canadian(10), [4, 6.4], True, (0, 0)),
        (canadian(10), [4, 6.6], False, None),
        (canadian(10), [10.3, 0.3], False, None),
        (canadian(10, 5, 2), [9, 3], True, (3, 1)),
        (canadian(10, 5, 2), [9, 3, 2], True, (5, 2)),
        (canadian(10, 5, 2), [9, 6.4], True, (0, 1)),
        (canadian(10, 5, 2), [9, 6.6], False, None),
        (canadian(0, 5, 1), [5.4, 5.4, 5.4], True, (5, 1)),
        (canadian(0, 5, 2), [3, 2.4, 5], True, (0, 1)),
        (TimeControl("byoyomi", 10, 5, 3), [9, 5.5, 9], True, (5, 2)),
        (TimeControl("byoyomi", 10, 5, 3), [9, 16.6], False, None),
        (TimeControl("fischer", 10, increment=3), [9, 3.5], True, (3, 0)),
        (TimeControl("fischer", 10, increment=3), [9, 4.6], False, None),
    ],
)
def test_moves(control: TimeControl, moves: list[float], kept: bool, left: tuple[int, int] | None) -> None:
    clock = Clock(control, lag=0.5)
    results = [clock.moved(BLACK, seconds) for seconds in moves]
    assert results == [True] * (len(moves) - 1) + [kept]
    if kept:
        side = clock.side(BLACK)
        assert (max(0, int(side.left)), side.count) == left
    assert clock.side(WHITE) == start(control)


def test_how_long_to_wait() -> None:
    assert Clock(lag=0.5).allowed(BLACK) is None
    clock = Clock(canadian(10, 5, 2), lag=0.5)
    assert clock.allowed(BLACK) == 15.5
    clock.moved(BLACK, 11)
    assert clock.allowed(BLACK) == 4.5


@pytest.mark.parametrize("control", [canadian(0), canadian(-1, 5, 1), canadian(1.5), canadian(0, 0.5, 1)])
def test_bad_controls(control: TimeControl) -> None:
    with pytest.raises(BadValue, match="time control"):
        time_settings(control)

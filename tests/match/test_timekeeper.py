"""The referee's clock, move by move."""

from __future__ import annotations

import pytest

from tessera.errors import BadValue
from tessera.interfaces.arbiter import TimeControl
from tessera.match.timekeeper import Timekeeper, check_time
from tessera.rules.coords import BLACK, WHITE


@pytest.mark.parametrize(
    ("control", "moves", "kept", "left"),
    [
        (None, [1e9], True, None),
        (TimeControl(0, 10, 0), [1e9], True, None),
        (TimeControl(10), [4, 5], True, (1, 0)),
        (TimeControl(10), [4, 6.4], True, (0, 0)),
        (TimeControl(10), [4, 6.6], False, None),
        (TimeControl(10), [10.3, 0.3], False, None),
        (TimeControl(10, 5, 2), [9, 3], True, (3, 1)),
        (TimeControl(10, 5, 2), [9, 3, 2], True, (5, 2)),
        (TimeControl(10, 5, 2), [9, 6.4], True, (0, 1)),
        (TimeControl(10, 5, 2), [9, 6.6], False, None),
        (TimeControl(0, 5, 1), [5.4, 5.4, 5.4], True, (5, 1)),
        (TimeControl(0, 5, 2), [3, 2.4, 5], True, (0, 1)),
    ],
)
def test_moves(control: TimeControl | None, moves: list[float], kept: bool, left: tuple[int, int] | None) -> None:
    clock = Timekeeper(control, lag=0.5)
    results = [clock.spend(BLACK, seconds) for seconds in moves]
    assert results == [True] * (len(moves) - 1) + [kept]
    if kept:
        assert clock.left(BLACK) == left
    assert clock.left(WHITE) == Timekeeper(control, lag=0.5).left(WHITE)


def test_how_long_to_wait() -> None:
    assert Timekeeper(None, lag=0.5).allowed(BLACK) is None
    clock = Timekeeper(TimeControl(10, 5, 2), lag=0.5)
    assert clock.allowed(BLACK) == 15.5
    clock.spend(BLACK, 11)
    assert clock.allowed(BLACK) == 4.5


@pytest.mark.parametrize("control", [TimeControl(0), TimeControl(-1, 5, 1), TimeControl(1.5), TimeControl(0, 0.5, 1)])
def test_bad_controls(control: TimeControl) -> None:
    with pytest.raises(BadValue, match="time control"):
        check_time(control)

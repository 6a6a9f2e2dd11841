"""Clocks: what a time control grants, and what a side has left after a move.

The same clock counts for the referee, whose flag decides a game (`match/`), and for the engine that has to divide
what is left into moves (`gtp/budget.py`). Times are seconds. A clock below 0 is in debt: its flag falls where
nobody forgives so much, and what was forgiven once is not forgiven again at the next move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["none", "absolute", "canadian", "byoyomi", "fischer"]
KINDS: tuple[Kind, ...] = ("none", "absolute", "canadian", "byoyomi", "fischer")
COLORS = (1, 2)
"""BLACK and WHITE."""


@dataclass(frozen=True)
class TimeControl:
    """A time control as announced. `Clock` starts both sides with it."""

    kind: Kind = "none"
    main: float = 0.0
    period: float = 0.0
    """Canadian: the whole overtime period; byoyomi: each period."""
    count: int = 0
    """Canadian: stones for a period; byoyomi: number of periods."""
    increment: float = 0.0
    """Fischer: added after every move."""
    main_limit: float | None = None
    """Fischer: the clock never holds more than this."""
    move_limit: float | None = None
    """No single move takes longer than this."""


NO_LIMIT = TimeControl()


@dataclass(frozen=True)
class SideClock:
    """What one side has left."""

    left: float
    """Seconds left of main time, or of the present overtime period."""
    count: int = 0
    """0 while main time runs; else stones still to be played (Canadian) or periods left (byoyomi)."""


def canadian(main: float, period: float = 0.0, stones: int = 0) -> TimeControl:
    """GTP's `time_settings main byo-yomi stones`; a period without stones means no limit."""
    if period > 0 and stones == 0:
        return NO_LIMIT
    if period == 0:
        return TimeControl("absolute", main)
    return TimeControl("canadian", main, period, stones)


def start(control: TimeControl) -> SideClock:
    """A full clock."""
    return _into_overtime(control, SideClock(control.main))


def spend(control: TimeControl, clock: SideClock, used: float) -> SideClock:
    """The clock at the end of a move's thought, before the move is credited; below 0 when time was not enough."""
    if control.kind == "none":
        return clock
    clock = _into_overtime(control, SideClock(clock.left - used, clock.count))
    while control.kind == "byoyomi" and clock.left <= 0 and clock.count > 1:
        clock = SideClock(clock.left + control.period, clock.count - 1)
    return clock


def credit(control: TimeControl, clock: SideClock) -> SideClock:
    """The clock once the move is made: one stone less of the period, a new period, or the increment."""
    match control.kind:
        case "canadian" if clock.count == 1:
            return SideClock(control.period, max(1, control.count))
        case "canadian" if clock.count:
            return SideClock(clock.left, clock.count - 1)
        case "byoyomi" if clock.count:
            return SideClock(control.period, clock.count)
        case "fischer":
            left = clock.left + control.increment
            return SideClock(left if control.main_limit is None else min(left, control.main_limit))
        case _:
            return clock


def after_move(control: TimeControl, clock: SideClock, used: float) -> SideClock:
    """What is left when a move took `used` seconds."""
    return credit(control, spend(control, clock, used))


def _into_overtime(control: TimeControl, clock: SideClock) -> SideClock:
    """Used-up main time runs on into the first period, where there is one."""
    if clock.count or clock.left > 0 or control.kind not in ("canadian", "byoyomi"):
        return clock
    return SideClock(control.period + clock.left, max(1, control.count))


class Clock:
    """The clocks of both sides during one game."""

    def __init__(self, control: TimeControl = NO_LIMIT, *, lag: float = 0.0) -> None:
        """`lag`: seconds a side may be over its time, which a message may lose on its way, before its flag falls."""
        self.control = control
        self._lag = lag
        self.restart()

    def restart(self) -> None:
        """Full clocks: a new game."""
        self._sides = {color: start(self.control) for color in COLORS}

    def side(self, color: int) -> SideClock:
        return self._sides[color]

    def allowed(self, color: int) -> float | None:
        """Most seconds the next move may take, lag included; None without a limit."""
        control, clock = self.control, self._sides[color]
        if control.kind == "none":
            return None
        periods = {"canadian": 0 if clock.count else 1, "byoyomi": clock.count - 1 if clock.count else control.count}
        return max(0.0, clock.left + control.period * periods.get(control.kind, 0) + self._lag)

    def moved(self, color: int, used: float) -> bool:
        """Take a move's time off; False when the flag of `color` fell."""
        spent = spend(self.control, self._sides[color], used)
        self._sides[color] = credit(self.control, spent)
        return self.control.kind == "none" or spent.left >= -self._lag

    def report(self, color: int, left: float, count: int) -> None:
        """What a controller says with `time_left`: it is believed."""
        if self.control.kind == "none":
            # A controller that never announced a control can mean only this: all time for all moves, or for `count`.
            self.control = TimeControl("canadian", left, left, count) if count else TimeControl("absolute", left)
            self.restart()
        self._sides[color] = SideClock(max(0.0, left), count)

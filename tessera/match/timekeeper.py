"""The referee's clock: absolute time or Canadian overtime, as GTP's `time_settings` announces it.

Seconds. A side may be over by `lag`, the time a message may lose on the way, before its flag falls; the debt
stays on the clock, so that it is forgiven once and not once a move.
"""

from __future__ import annotations

from dataclasses import dataclass

from tessera.errors import BadValue
from tessera.interfaces.arbiter import TimeControl
from tessera.rules.coords import BLACK, WHITE


def check_time(control: TimeControl) -> TimeControl:
    """The control itself. Raises `BadValue` where it cannot be said in GTP, or gives no time at all."""
    for name, value in (("main", control.main), ("period", control.period), ("stones", control.stones)):
        if value < 0 or value != int(value):
            raise BadValue(f"time control: {name}", value, "0 or more, whole, as GTP counts them")
    if control.main == 0 and control.period == 0:
        raise BadValue("time control", control, "main time or overtime")
    return control


@dataclass
class _Side:
    left: float
    stones: int = 0
    """0 while main time runs."""


class Timekeeper:
    """Both clocks of one game. Without a control nobody loses on time."""

    def __init__(self, control: TimeControl | None, *, lag: float) -> None:
        # A period without stones is GTP's way to say that there is no limit.
        self._control = None if control is None or (control.period and not control.stones) else control
        self._lag = lag
        self._sides = {color: _Side(control.main if control else 0.0) for color in (BLACK, WHITE)}
        for side in self._sides.values():
            self._into_overtime(side)

    def allowed(self, color: int) -> float | None:
        """Most seconds the next move may take, lag included; None without a limit."""
        if self._control is None:
            return None
        side = self._sides[color]
        rest = self._control.period if not side.stones else 0.0
        return max(0.0, side.left + rest + self._lag)

    def spend(self, color: int, seconds: float) -> bool:
        """Take a move's time off the clock; False when the flag fell."""
        if self._control is None:
            return True
        side = self._sides[color]
        side.left -= seconds
        self._into_overtime(side)
        if side.left < -self._lag:
            return False
        if side.stones:
            side.stones -= 1
            if side.stones == 0:
                side.left, side.stones = self._control.period, self._control.stones
        return True

    def left(self, color: int) -> tuple[int, int] | None:
        """What `time_left` says: whole seconds, and stones (0 in main time); None without a control."""
        if self._control is None:
            return None
        side = self._sides[color]
        return max(0, int(side.left)), side.stones

    def _into_overtime(self, side: _Side) -> None:
        """Main time that is used up runs on into the first period."""
        if self._control and self._control.period and not side.stones and side.left <= 0:
            side.left, side.stones = side.left + self._control.period, self._control.stones

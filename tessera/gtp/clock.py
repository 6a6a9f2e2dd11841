"""Time control: from the controller's settings and reports to the seconds one move may take.

Settings follow GTP (`time_settings`), KGS (`kgs-time_settings`) and KataGo (`kata-time_settings`). All is
pure: a `SideClock` is what one side has left, `budget` says how long to think, `reserve` how much longer where the
move is undecided, `after_move` what is left then. What settled moves save and undecided ones cost changes the shares
of all moves to come, so that neither is lost.
Times are seconds. Whoever reports with `time_left` is believed; between reports we count ourselves, since
some controllers (gogui-twogtp) send settings and then nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["none", "absolute", "canadian", "byoyomi", "fischer"]
KINDS: tuple[Kind, ...] = ("none", "absolute", "canadian", "byoyomi", "fischer")

INSTANT = 0.03
"""What a move without thought costs; main time is kept for as many of those as the game may still need."""
SHORTEST = 0.01
"""A budget below this is none: the policy's move at once."""


@dataclass(frozen=True)
class TimeSettings:
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


@dataclass(frozen=True)
class SideClock:
    """What one side has left."""

    left: float
    """Of main time, or of the present overtime period."""
    count: int = 0
    """0 while main time runs; else stones still to be played (Canadian) or periods left (byoyomi)."""


def from_gtp(main: float, period: float, stones: int) -> TimeSettings:
    """`time_settings main byo-yomi stones`: Canadian; no stones with a period means no limit."""
    if period > 0 and stones == 0:
        return TimeSettings()
    if period == 0:
        return TimeSettings("absolute", main)
    return TimeSettings("canadian", main, period, stones)


def start(settings: TimeSettings) -> SideClock:
    """A full clock."""
    return _into_overtime(settings, SideClock(settings.main))


def _into_overtime(settings: TimeSettings, clock: SideClock) -> SideClock:
    """Used-up main time rolls into the first period, where there is one."""
    if clock.count or clock.left > 0 or settings.kind not in ("canadian", "byoyomi"):
        return clock
    return SideClock(settings.period + clock.left, max(1, settings.count))


def moves_ahead(points: int, own_moves: int) -> float:
    """How many moves the side still has to find time for; generous at the end, so that time never runs dry."""
    return max(0.45 * points - own_moves, points / 5, 5.0)


def budget(settings: TimeSettings, clock: SideClock, *, points: int, own_moves: int, lag: float) -> float | None:
    """Seconds for the next move on a board of `points`, or None without a limit; 0 means: move at once.

    `lag` is the time a move costs outside our thinking (the network, the controller); it is taken off each
    move, or a quarter of the share where the share is smaller than that.
    """
    if settings.kind == "none":
        return None
    seconds = _share(settings, clock, points, own_moves, lag)
    if settings.move_limit is not None:
        seconds = min(seconds, _less_lag(settings.move_limit, lag))
    return seconds if seconds >= SHORTEST else 0.0


def reserve(
    settings: TimeSettings, clock: SideClock, seconds: float, *, points: int, own_moves: int, lag: float
) -> float:
    """Seconds beyond its `seconds` that a move may take where it matters: as many again, from what later ones spare.

    Never more than a quarter of what is left after the move and, in main time, after what instant moves would need.
    The last stone of a period and byo-yomi have nothing to spare.
    """
    if settings.kind == "none" or seconds <= 0:
        return 0.0
    if not clock.count:
        spare = clock.left - _kept(clock, points, own_moves) - seconds
    elif settings.kind == "canadian" and clock.count > 1:
        spare = clock.left - lag * clock.count - seconds
    else:
        spare = 0.0
    extra = min(seconds, max(0.0, spare) / 4)
    if settings.move_limit is not None:
        extra = min(extra, _less_lag(settings.move_limit, lag) - seconds)
    return max(0.0, extra)


def _kept(clock: SideClock, points: int, own_moves: int) -> float:
    """Main time put by for the moves that may still come, should all of them have to be instant."""
    return min(INSTANT * max(points - own_moves, points / 4), clock.left / 2)


def _less_lag(share: float, lag: float) -> float:
    return share - min(lag, share / 4)


def _share(settings: TimeSettings, clock: SideClock, points: int, own_moves: int, lag: float) -> float:
    if clock.count:
        stones = clock.count if settings.kind == "canadian" else 1
        return _less_lag(max(0.0, clock.left) / stones, lag)
    ahead = moves_ahead(points, own_moves)
    kept = _kept(clock, points, own_moves)
    main = max(0.0, clock.left - kept) / ahead
    match settings.kind:
        case "canadian":
            extra = settings.period / max(1, settings.count)
        case "byoyomi":
            extra = 0.8 * settings.period
        case "fischer":
            # The increment comes after the move: only what the clock holds now can be spent.
            extra = min(settings.increment, max(0.0, clock.left - kept) / 2)
        case _:
            extra = 0.0
    return _less_lag(main + extra, lag)


def after_move(settings: TimeSettings, clock: SideClock, used: float) -> SideClock:
    """What is left when a move took `used` seconds; never below 0."""
    if settings.kind == "none":
        return clock
    if not clock.count:
        left = clock.left - used
        if settings.kind == "fischer":
            left = max(0.0, left) + settings.increment
            return SideClock(left if settings.main_limit is None else min(left, settings.main_limit))
        if left > 0 or settings.kind == "absolute":
            return SideClock(max(0.0, left))
        clock, used = _into_overtime(settings, SideClock(0.0)), -left
    return _after_overtime_move(settings, clock, used)


def _after_overtime_move(settings: TimeSettings, clock: SideClock, used: float) -> SideClock:
    if settings.kind == "canadian":
        if clock.count <= 1:
            return SideClock(settings.period, max(1, settings.count))
        return SideClock(max(0.0, clock.left - used), clock.count - 1)
    count, left = clock.count, clock.left - used
    while left <= 0 and count > 1:
        count, left = count - 1, left + settings.period
    return SideClock(settings.period, count)


class Clock:
    """The clocks of both sides during one game."""

    def __init__(self, settings: TimeSettings = TimeSettings()) -> None:
        self.settings = settings
        self._sides = {color: start(settings) for color in (1, 2)}

    def restart(self) -> None:
        """Full clocks: a new game."""
        self._sides = {color: start(self.settings) for color in (1, 2)}

    def report(self, color: int, left: float, count: int) -> None:
        """What the controller says with `time_left`."""
        if self.settings.kind == "none":
            # Told the time without a time control: GTP's absolute time is what it can only mean.
            self.settings = TimeSettings("canadian", left, left, count) if count else TimeSettings("absolute", left)
            self.restart()
        self._sides[color] = SideClock(max(0.0, left), count)

    def side(self, color: int) -> SideClock:
        return self._sides[color]

    def budget(self, color: int, *, points: int, own_moves: int, lag: float) -> float | None:
        """Seconds for the next move of `color`; see `budget`."""
        return budget(self.settings, self._sides[color], points=points, own_moves=own_moves, lag=lag)

    def reserve(self, color: int, seconds: float, *, points: int, own_moves: int, lag: float) -> float:
        """Seconds beyond `seconds` that the next move of `color` may take; see `reserve`."""
        return reserve(self.settings, self._sides[color], seconds, points=points, own_moves=own_moves, lag=lag)

    def moved(self, color: int, used: float) -> None:
        """`color` took `used` seconds for a move."""
        self._sides[color] = after_move(self.settings, self._sides[color], used)

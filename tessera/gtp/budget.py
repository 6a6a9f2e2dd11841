"""How long to think about a move: a share of what the clock still holds.

Pure: `budget` says how long, `reserve` how much longer where the move is undecided. What settled moves save and
undecided ones cost changes the shares of all moves to come, so that neither is lost. Times are seconds. Whoever
reports with `time_left` is believed; between reports the clock counts by itself (`tessera.clock`), since some
controllers (gogui-twogtp) send settings and then nothing more.
"""

from __future__ import annotations

from tessera.clock import SideClock, TimeControl

INSTANT = 0.03
"""What a move without thought costs; main time is kept for as many of those as the game may still need."""
SHORTEST = 0.01
"""A budget below this is none: the policy's move at once."""


def moves_ahead(points: int, own_moves: int) -> float:
    """How many moves the side still has to find time for; generous at the end, so that time never runs dry."""
    return max(0.45 * points - own_moves, points / 5, 5.0)


def budget(control: TimeControl, clock: SideClock, *, points: int, own_moves: int, lag: float) -> float | None:
    """Seconds for the next move on a board of `points`, or None without a limit; 0 means: move at once.

    `lag` is the time a move costs outside our thinking (the network, the controller); it is taken off each
    move, or a quarter of the share where the share is smaller than that.
    """
    if control.kind == "none":
        return None
    seconds = _share(control, clock, points, own_moves, lag)
    if control.move_limit is not None:
        seconds = min(seconds, _less_lag(control.move_limit, lag))
    return seconds if seconds >= SHORTEST else 0.0


def reserve(
    control: TimeControl, clock: SideClock, seconds: float, *, points: int, own_moves: int, lag: float
) -> float:
    """Seconds beyond its `seconds` that a move may take where it matters: as many again, from what later ones spare.

    Never more than a quarter of what is left after the move and, in main time, after what instant moves would need.
    The last stone of a period and byo-yomi have nothing to spare.
    """
    if control.kind == "none" or seconds <= 0:
        return 0.0
    if not clock.count:
        spare = clock.left - _kept(clock, points, own_moves) - seconds
    elif control.kind == "canadian" and clock.count > 1:
        spare = clock.left - lag * clock.count - seconds
    else:
        spare = 0.0
    extra = min(seconds, max(0.0, spare) / 4)
    if control.move_limit is not None:
        extra = min(extra, _less_lag(control.move_limit, lag) - seconds)
    return max(0.0, extra)


def _kept(clock: SideClock, points: int, own_moves: int) -> float:
    """Main time put by for the moves that may still come, should all of them have to be instant."""
    return min(INSTANT * max(points - own_moves, points / 4), clock.left / 2)


def _less_lag(share: float, lag: float) -> float:
    return share - min(lag, share / 4)


def _share(control: TimeControl, clock: SideClock, points: int, own_moves: int, lag: float) -> float:
    if clock.count:
        stones = clock.count if control.kind == "canadian" else 1
        return _less_lag(max(0.0, clock.left) / stones, lag)
    ahead = moves_ahead(points, own_moves)
    kept = _kept(clock, points, own_moves)
    main = max(0.0, clock.left - kept) / ahead
    match control.kind:
        case "canadian":
            extra = control.period / max(1, control.count)
        case "byoyomi":
            extra = 0.8 * control.period
        case "fischer":
            # The increment comes after the move: only what the clock holds now can be spent.
            extra = min(control.increment, max(0.0, clock.left - kept) / 2)
        case _:
            extra = 0.0
    return _less_lag(main + extra, lag)

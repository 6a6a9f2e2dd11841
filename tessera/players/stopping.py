"""When a thought ends: at its limits, or before them when more visits cannot change the move.

A move on a clock may also take longer than planned, as long as the search has not made up its mind (the "unstable
evaluation" rule of "Time management for Monte-Carlo tree search applied to the game of Go", Huang, Coulom, Lin 2010).
All is pure: arrays [A] are of the root's actions, `prior` 0 where an action is not to be played.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.player import Limits

SPEED_KNOWN_AFTER = 0.1
"""Seconds of search before its speed is believed."""
UNLIKELY = 0.01
"""Where the move is drawn: how likely, beside the first, a move may still become before it counts as a rival."""
CONTENDER = 0.25
"""Share of the first move's visits from which a move's value is believed."""


class Progress(NamedTuple):
    """How far a search has come."""

    visits: int
    """Of the root."""
    gained: int
    """Those of them that this search made."""
    seconds: float
    """It has taken."""


def enough(
    limits: Limits,
    progress: Progress,
    temperature: float | None,
    prior: NDArray[np.float32],
    visits: NDArray[np.int32],
    value: NDArray[np.float32],
) -> bool:
    """Whether to think no longer about a move that will be drawn with `temperature` by `visits` [A].

    Without a temperature no move is to be chosen, and all that is allowed is searched. `value` [A] sums utilities of
    the side to play.
    """
    if limits.visits is not None and progress.visits >= limits.visits:
        return True
    if limits.seconds is not None and progress.seconds >= limits.seconds:
        if temperature is None or progress.seconds >= limits.seconds + limits.extra_seconds:
            return True
        return not undecided(prior, visits, value)
    return temperature is not None and decided(prior, visits, visits_left(limits, progress), temperature)


def visits_left(limits: Limits, progress: Progress) -> float:
    """How many more visits there can be at the present speed."""
    left = float("inf") if limits.visits is None else float(limits.visits - progress.visits)
    if limits.seconds is not None and progress.seconds >= SPEED_KNOWN_AFTER:
        speed = progress.gained / progress.seconds
        left = min(left, speed * max(0.0, limits.seconds - progress.seconds))
    return left


def decided(prior: NDArray[np.float32], visits: NDArray[np.int32], left: float, temperature: float) -> bool:
    """Whether `left` more visits cannot change the move: none has a rival that could still catch up.

    With a temperature the move is drawn by visits ** (1 / temperature); a rival is then a move that could still be
    drawn once in a hundred times as often as the first.
    """
    playable = visits[prior > 0]
    if len(playable) < 2:
        return True
    second, first = np.partition(playable, -2)[-2:]
    return bool(second + left < first * UNLIKELY**temperature)


def undecided(prior: NDArray[np.float32], visits: NDArray[np.int32], value: NDArray[np.float32]) -> bool:
    """Whether another move than the most visited looks best; `value` [A] sums utilities of the side to play."""
    serious = (prior > 0) & (visits > 0) & (visits >= CONTENDER * visits.max())
    if not serious.any():
        return True
    mean = np.where(serious, value / np.maximum(visits, 1), -np.inf)
    return bool(visits[int(np.argmax(mean))] < visits[serious].max())

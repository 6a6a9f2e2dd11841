"""When a thought ends: at its limits, or before them when more visits cannot change the move.

A move on a clock may also take longer than planned, as long as the search has not made up its mind (the "unstable
evaluation" rule of "Time management for Monte-Carlo tree search applied to the game of Go", Huang, Coulom, Lin 2010).
All is pure, for one root or for many: arrays [..., A] are of the roots' actions, `prior` 0 where an action is not to
be played, and the answers [...] are one for each root.
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

    visits: NDArray[np.int32] | int
    """Visits of the root."""
    gained: NDArray[np.int32] | int
    """Those of them that this search made."""
    seconds: float
    """It has taken."""


def enough(
    limits: Limits,
    progress: Progress,
    temperature: NDArray[np.float64] | float | None,
    prior: NDArray[np.float32],
    visits: NDArray[np.int32],
    value: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Whether to think no longer about a move that will be drawn with `temperature` [...] by `visits` [..., A].

    Without a temperature no move is to be chosen, and all that is allowed is searched. `value` [..., A] sums utilities
    of the side to play.
    """
    over = np.zeros(visits.shape[:-1], np.bool_)
    if limits.visits is not None:
        over |= np.asarray(progress.visits) >= limits.visits
    if limits.seconds is not None and progress.seconds >= limits.seconds:
        if temperature is None or progress.seconds >= limits.seconds + limits.extra_seconds:
            return np.ones_like(over)
        return over | ~undecided(prior, visits, value)
    if temperature is None or over.all():
        return over
    return over | decided(prior, visits, visits_left(limits, progress), temperature)


def visits_left(limits: Limits, progress: Progress) -> NDArray[np.float64]:
    """[...] how many more visits there can be at the present speed."""
    left = np.full(np.shape(progress.visits), np.inf)
    if limits.visits is not None:
        left = np.subtract(limits.visits, progress.visits, dtype=np.float64)
    if limits.seconds is not None and progress.seconds >= SPEED_KNOWN_AFTER:
        speed = np.asarray(progress.gained) / progress.seconds
        left = np.minimum(left, speed * max(0.0, limits.seconds - progress.seconds))
    return left


def decided(
    prior: NDArray[np.float32],
    visits: NDArray[np.int32],
    left: NDArray[np.float64] | float,
    temperature: NDArray[np.float64] | float,
) -> NDArray[np.bool_]:
    """[...] whether `left` more visits cannot change the move: none has a rival that could still catch up.

    With a temperature the move is drawn by visits ** (1 / temperature); a rival is then a move that could still be
    drawn once in a hundred times as often as the first.
    """
    playable = np.partition(np.where(prior > 0, visits, -1), -2)
    second, first = playable[..., -2], playable[..., -1]
    return np.asarray((second < 0) | (second + left < first * UNLIKELY**temperature))


def undecided(prior: NDArray[np.float32], visits: NDArray[np.int32], value: NDArray[np.float64]) -> NDArray[np.bool_]:
    """[...] whether another move than the most visited looks best; `value` [..., A] as in `enough`."""
    serious = (prior > 0) & (visits > 0) & (visits >= CONTENDER * visits.max(-1, keepdims=True))
    mean = np.where(serious, value / np.maximum(visits, 1), -np.inf)
    best = np.take_along_axis(visits, mean.argmax(-1)[..., None], -1)[..., 0]
    return np.asarray(~serious.any(-1) | (best < np.where(serious, visits, -1).max(-1)))

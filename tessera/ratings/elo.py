"""Elo differences between two players, and how sure they are.

Conventions, before any formula:

- Every figure is from the view of the *first* player: positive means stronger than the opponent.
- A score is points per game, 0 to 1: a win is one point, a draw half, a loss none.
- Elo is logistic: `score = 1 / (1 + 10^(-elo/400))`. One natural log-odds unit ("nat") is 400/ln 10 = 173.72 Elo.
- Normalised Elo measures the same lead in standard deviations of one game, times 800/ln 10 = 347.44; it does not
  shrink when draws are frequent, so bounds in it mean the same at every time control (Van den Bergh, "Normalized
  Elo"; fastchess and fishtest use it).
- A pair is two games from one opening with the colours swapped. Its points are 0, 1/2, 1, 3/2 or 2, and counts of
  pairs stand in that order. Pairs are what is independent: the two games of one share their opening.
- Errors are half the width of a 95% interval.

Pure functions of counts; nothing here knows games or files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tessera.errors import BadValue

ELO_PER_NAT = 400.0 / math.log(10.0)
"""Elo in one unit of natural log-odds."""
NORMALISED_ELO_PER_SIGMA = 2.0 * ELO_PER_NAT
"""Normalised Elo in a lead of one standard deviation of a game."""

PAIR_SCORES = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
"""[5] points per game of a pair."""

_Z95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Difference:
    """What a match says about the first player against the second."""

    score: float
    """Points per game, 0 to 1."""
    elo: float
    """Logistic; infinite when every point went one way."""
    error: float
    """Half the 95% interval of `elo`; infinite when the interval touches a score of 0 or 1."""
    los: float
    """Likelihood of superiority: that the first player is the stronger one, by the normal approximation."""


def expected_score(elo: float) -> float:
    """Points per game of a player who is `elo` stronger."""
    return 0.5 * (1.0 + math.tanh(0.5 * elo / ELO_PER_NAT))


def elo_from_score(score: float) -> float:
    """The lead in Elo that scores `score`; -inf at 0 and below, inf at 1 and above."""
    if score <= 0.0:
        return -math.inf
    if score >= 1.0:
        return math.inf
    return ELO_PER_NAT * math.log(score / (1.0 - score))


def check_counts(counts: Sequence[int], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The counts as floats, one for each of `scores`, or `BadValue`."""
    values = np.asarray(counts, dtype=np.float64)
    if values.shape != scores.shape or (values < 0).any() or not np.isfinite(values).all():
        raise BadValue("counts", list(counts), f"{len(scores)} counts, none negative")
    return values


def from_pairs(counts: Sequence[int]) -> Difference:
    """From [5] counts of pairs by points 0, 1/2, 1, 3/2, 2: what two games share cancels out."""
    values = check_counts(counts, PAIR_SCORES)
    pairs = float(values.sum())
    if pairs == 0:
        raise BadValue("counts", list(counts), "at least one pair of games", "play first")
    mean = float(values @ PAIR_SCORES) / pairs
    variance = float(values @ (PAIR_SCORES - mean) ** 2) / pairs
    deviation = math.sqrt(variance / pairs)
    low, high = (elo_from_score(mean + sign * _Z95 * deviation) for sign in (-1.0, 1.0))
    return Difference(
        score=mean,
        elo=elo_from_score(mean),
        error=0.5 * (high - low) if variance > 0 else _error_of_equals(mean),
        los=NormalDist().cdf(_ratio(mean - 0.5, deviation)),
    )


def _error_of_equals(mean: float) -> float:
    """Equal results have no spread to read an error from; those of one side alone do not even bound the lead."""
    return 0.0 if 0.0 < mean < 1.0 else math.inf


def _ratio(value: float, scale: float) -> float:
    if scale > 0.0:
        return value / scale
    return math.copysign(math.inf, value) if value else 0.0

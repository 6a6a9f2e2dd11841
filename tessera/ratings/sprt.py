"""The sequential probability ratio test: stop a match as soon as it has said enough.

Conventions, before any formula:

- All from the view of the first player. H0: he is `elo0` stronger; H1: he is `elo1` stronger; `elo0 < elo1`.
- alpha is the chance to accept H1 where H0 holds, beta the chance to accept H0 where H1 holds.
- LLR is the natural logarithm of L(H1) / L(H0), each likelihood maximised over every distribution of results that
  has the strength in question (generalised likelihood ratio). At log((1-beta)/alpha) and above H1 is accepted, at
  log(beta/(1-alpha)) and below H0.
- Scores are points per game, 0 to 1, draws half; counts stand from the worst result to the best, those of pairs by
  points 0, 1/2, 1, 3/2, 2 (`elo.py`).
- Bounds are in logistic Elo, or in normalised Elo (standard deviations of one game times 800/ln 10), or in
  BayesElo, which is defined for single games only.

Sources: M. Van den Bergh, "Comparing the approximations for the generalized log likelihood ratio of a multinomial
distribution" (proposition 1.1) and "Comments on normalized Elo" (section 4.1). An empty count is read as 1/1000,
as fastchess and fishtest do, so that a likelihood of zero never decides a match.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tessera.errors import BadValue
from tessera.ratings.elo import GAME_SCORES, NORMALISED_ELO_PER_SIGMA, PAIR_SCORES, check_counts, expected_score

Array = NDArray[np.float64]
Model = Literal["normalised", "logistic", "bayesian"]
Verdict = Literal["H0", "H1", "continue"]

MODELS: tuple[Model, ...] = ("normalised", "logistic", "bayesian")
EMPTY_COUNT = 1e-3
MAX_NORMALISED = 200
"""Beyond about 231 the first linear constraint of `_with_lead` has no solution; tests ask for 0 to 10."""


@dataclass(frozen=True)
class Sprt:
    """One test with its bounds; the counts are handed in."""

    elo0: float
    """The lead in Elo under H0."""
    elo1: float
    """The lead in Elo under H1; more than `elo0`."""
    alpha: float = 0.05
    """The chance to accept H1 although H0 holds."""
    beta: float = 0.05
    """The chance to accept H0 although H1 holds."""
    model: Model = "normalised"
    """The unit of `elo0` and `elo1`."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.elo0) and math.isfinite(self.elo1) and self.elo0 < self.elo1):
            raise BadValue("elo0, elo1", (self.elo0, self.elo1), "finite, elo0 < elo1")
        if self.model == "normalised" and max(-self.elo0, self.elo1) > MAX_NORMALISED:
            raise BadValue(
                "elo0, elo1", (self.elo0, self.elo1), f"-{MAX_NORMALISED} to {MAX_NORMALISED} normalised Elo"
            )
        if not (self.alpha > 0 and self.beta > 0 and self.alpha + self.beta < 1):
            raise BadValue("alpha, beta", (self.alpha, self.beta), "above 0, together below 1")
        if self.model not in MODELS:
            raise BadValue("model", self.model, ", ".join(MODELS))

    @property
    def lower(self) -> float:
        """The LLR at which H0 is accepted."""
        return math.log(self.beta / (1.0 - self.alpha))

    @property
    def upper(self) -> float:
        """The LLR at which H1 is accepted."""
        return math.log((1.0 - self.beta) / self.alpha)

    def llr(self, wins: int, draws: int, losses: int) -> float:
        """Of single games (trinomial); 0 before the first."""
        counts = check_counts((losses, draws, wins), GAME_SCORES)
        if self.model == "bayesian":
            return _bayesian(counts, self.elo0, self.elo1)
        return self._ratio(counts, GAME_SCORES, games_each=1)

    def llr_pairs(self, counts: Sequence[int]) -> float:
        """Of [5] counts of colour-swapped pairs (pentanomial); 0 before the first."""
        if self.model == "bayesian":
            raise BadValue("model", self.model, "normalised or logistic for pairs")
        return self._ratio(check_counts(counts, PAIR_SCORES), PAIR_SCORES, games_each=2)

    def verdict(self, llr: float) -> Verdict:
        """What this LLR decides."""
        if llr >= self.upper:
            return "H1"
        return "H0" if llr <= self.lower else "continue"

    def _ratio(self, counts: Array, scores: Array, *, games_each: int) -> float:
        if not counts.any():
            return 0.0
        counts = np.where(counts == 0, EMPTY_COUNT, counts)
        if self.model == "logistic":
            return _llr(counts, *(_with_mean(counts, scores, expected_score(elo)) for elo in (self.elo0, self.elo1)))
        # An event of two games has half the variance of one, seen per game: its lead in deviations is sqrt(2) larger.
        scale = math.sqrt(games_each) / NORMALISED_ELO_PER_SIGMA
        return _llr(counts, *(_with_lead(counts, scores, elo * scale) for elo in (self.elo0, self.elo1)))


def _llr(counts: Array, p0: Array, p1: Array) -> float:
    return float(counts @ (np.log(p1) - np.log(p0)))


def _with_mean(counts: Array, scores: Array, mean: float) -> Array:
    """The likeliest distribution [S] over `scores` whose expectation is `mean`, given the counts."""
    return _tilted(counts / counts.sum(), scores - mean)


def _with_lead(counts: Array, scores: Array, lead: float) -> Array:
    """The likeliest distribution [S] whose mean lies `lead` of its own deviations above 1/2.

    The constraint is not linear in the distribution; each round solves it linearised at the last one, from the
    uniform distribution on. Ten rounds are the reference's limit: a one-sided match goes on moving, and its LLR is
    far beyond any bound by then.
    """
    observed = counts / counts.sum()
    p = np.full(len(scores), 1.0 / len(scores))
    for _ in range(10):
        mean = float(p @ scores)
        deviation = math.sqrt(float(p @ (scores - mean) ** 2))
        constraint = scores - 0.5 - 0.5 * lead * deviation * (1.0 + ((scores - mean) / deviation) ** 2)
        last, p = p, _tilted(observed, constraint)
        if np.abs(p - last).max() < 1e-4:
            break
    return p


def _tilted(observed: Array, constraint: Array) -> Array:
    """The p = observed / (1 + theta constraint) with p @ constraint = 0; one theta in the open bracket does it.

    The sum falls strictly from +inf to -inf between the poles, so halving the bracket finds it to the last bit.
    """
    low, high = -1.0 / float(constraint.max()), -1.0 / float(constraint.min())
    for _ in range(100):
        theta = 0.5 * (low + high)
        if theta in (low, high):
            break
        if float((observed * constraint / (1.0 + theta * constraint)).sum()) > 0.0:
            low = theta
        else:
            high = theta
    return observed / (1.0 + 0.5 * (low + high) * constraint)


def _bayesian(counts: Array, elo0: float, elo1: float) -> float:
    """BayesElo has a draw parameter, read off the counts; without a win and a loss on both sides it has none."""
    if counts[0] == 0 or counts[2] == 0:
        return 0.0
    counts = np.where(counts == 0, EMPTY_COUNT, counts)
    loss, _, win = counts / counts.sum()
    draw_elo = 200.0 * math.log10((1.0 - loss) / loss * (1.0 - win) / win)
    means = [0.5 * (expected_score(elo - draw_elo) + expected_score(elo + draw_elo)) for elo in (elo0, elo1)]
    return _llr(counts, *(_with_mean(counts, GAME_SCORES, mean) for mean in means))

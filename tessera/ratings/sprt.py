"""The sequential probability ratio test: stop a match as soon as it has said enough.

Conventions, before any formula:

- All from the view of the first player. H0: it is `elo0` stronger; H1: it is `elo1` stronger; `elo0 < elo1`.
- alpha is the chance to accept H1 where H0 holds, beta the chance to accept H0 where H1 holds.
- LLR is the natural logarithm of L(H1) / L(H0), each likelihood maximised over every distribution of results that
  has the strength in question (generalised likelihood ratio). At log((1-beta)/alpha) and above H1 is accepted, at
  log(beta/(1-alpha)) and below H0.
- What is counted is pairs of games, one opening with both colours (the pentanomial model): counts stand by the
  points of the first player, 0, 1/2, 1, 3/2, 2 (`elo.py`).
- Bounds are in logistic Elo, or in normalised Elo (standard deviations of one game times 800/ln 10).

Sources: M. Van den Bergh, "Comparing the approximations for the generalized log likelihood ratio of a multinomial
distribution" (proposition 1.1) and "Comments on normalized Elo" (section 4.1). An empty count is read as 1/1000,
as fastchess and fishtest do, so that a likelihood of zero never decides a match.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tessera.errors import BadValue
from tessera.ratings.elo import NORMALISED_ELO_PER_SIGMA, PAIR_SCORES, check_counts, expected_score, from_pairs

Array = NDArray[np.float64]
Model = Literal["logistic", "normalised"]
Verdict = Literal["H0", "H1", "continue"]

MODELS: tuple[Model, ...] = ("logistic", "normalised")
EMPTY_COUNT = 1e-3
MAX_NORMALISED = 200
"""Beyond about 231 the first linear constraint of `_with_lead` has no solution; tests ask for 0 to 10."""
MAX_LOGISTIC = 1000


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
    model: Model = "logistic"
    """The unit of `elo0` and `elo1`."""

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise BadValue("model", self.model, ", ".join(MODELS))
        most = MAX_NORMALISED if self.model == "normalised" else MAX_LOGISTIC
        if not -most <= self.elo0 < self.elo1 <= most:
            raise BadValue("elo0, elo1", (self.elo0, self.elo1), f"-{most} to {most} Elo, elo0 below elo1")
        if not (self.alpha > 0 and self.beta > 0 and self.alpha + self.beta < 1):
            raise BadValue("alpha, beta", (self.alpha, self.beta), "above 0, together below 1")

    @property
    def lower(self) -> float:
        """The LLR at which H0 is accepted."""
        return math.log(self.beta / (1.0 - self.alpha))

    @property
    def upper(self) -> float:
        """The LLR at which H1 is accepted."""
        return math.log((1.0 - self.beta) / self.alpha)

    def llr(self, counts: Sequence[int]) -> float:
        """The log-likelihood ratio of [5] counts of pairs; 0 before the first pair."""
        observed = check_counts(counts, PAIR_SCORES)
        if not observed.any():
            return 0.0
        observed = np.where(observed == 0, EMPTY_COUNT, observed)
        if self.model == "logistic":
            p0, p1 = (_with_mean(observed, PAIR_SCORES, expected_score(elo)) for elo in (self.elo0, self.elo1))
        else:
            # A pair has half the variance of a game, seen per game: its lead in deviations is sqrt(2) larger.
            scale = math.sqrt(2.0) / NORMALISED_ELO_PER_SIGMA
            p0, p1 = (_with_lead(observed, PAIR_SCORES, elo * scale) for elo in (self.elo0, self.elo1))
        return float(observed @ (np.log(p1) - np.log(p0)))

    def verdict(self, llr: float) -> Verdict:
        """What this LLR decides."""
        if llr >= self.upper:
            return "H1"
        return "H0" if llr <= self.lower else "continue"


@dataclass(frozen=True)
class Trial:
    """A test under way: the pairs so far, and what they say. A verdict is final; what comes after it is not counted."""

    sprt: Sprt
    player: str
    """The first player, whose lead is tested."""
    opponent: str
    counts: tuple[int, ...] = (0, 0, 0, 0, 0)
    """[5] pairs by the points of `player`: 0, 1/2, 1, 3/2, 2."""
    llr: float = 0.0
    verdict: Verdict = "continue"

    def after(self, pairs: Iterable[float]) -> Trial:
        """The trial after these pairs too, each given by the points of `player`, 0 to 2, in the order of play."""
        trial = self
        for points in pairs:
            if trial.verdict != "continue":
                break
            counts = tuple(count + (k == round(2 * points)) for k, count in enumerate(trial.counts))
            llr = self.sprt.llr(counts)
            trial = replace(trial, counts=counts, llr=llr, verdict=self.sprt.verdict(llr))
        return trial

    def in_words(self) -> list[str]:
        """Two lines of plain text: what the ratio says, and the results behind it."""
        sprt = self.sprt
        unit = "normalised Elo" if sprt.model == "normalised" else "Elo"
        says = {
            "continue": "not decided",
            "H0": f"H0 accepted, {self.player} leads {self.opponent} by {sprt.elo0:g} {unit} rather than {sprt.elo1:g}",
            "H1": f"H1 accepted, {self.player} leads {self.opponent} by {sprt.elo1:g} {unit} rather than {sprt.elo0:g}",
        }
        results = f"{sum(self.counts)} pairs by the points of {self.player}, 0 to 2: {'-'.join(map(str, self.counts))}"
        if any(self.counts):
            seen = from_pairs(self.counts)
            error = f" ± {seen.error:.0f}" if math.isfinite(seen.error) else ""
            results += f"; {seen.elo:+.0f}{error} Elo" if math.isfinite(seen.elo) else ""
        return [
            f"LLR {self.llr:+.2f} of {sprt.lower:.2f} to {sprt.upper:+.2f}: {says[self.verdict]}",
            f"{results}; tested: {sprt.elo0:g} or {sprt.elo1:g} {unit}, alpha {sprt.alpha:g}, beta {sprt.beta:g}",
        ]

    def as_dict(self) -> dict[str, Any]:
        """Plain finite values for JSON."""
        seen = from_pairs(self.counts) if any(self.counts) else None
        known = seen is not None and math.isfinite(seen.elo)
        return {
            "player": self.player,
            "opponent": self.opponent,
            **vars(self.sprt),
            "pairs": list(self.counts),
            "llr": self.llr,
            "lower": self.sprt.lower,
            "upper": self.sprt.upper,
            "verdict": self.verdict,
            "elo": seen.elo if seen is not None and known else None,
            "error": seen.error if seen is not None and known and math.isfinite(seen.error) else None,
            "los": seen.los if seen is not None else None,
        }


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
    weights = list(zip(observed.tolist(), constraint.tolist(), strict=True))  # five numbers: plain ones are faster
    for _ in range(100):
        theta = 0.5 * (low + high)
        if theta in (low, high):
            break
        if sum(share * lean / (1.0 + theta * lean) for share, lean in weights) > 0.0:
            low = theta
        else:
            high = theta
    return observed / (1.0 + 0.5 * (low + high) * constraint)

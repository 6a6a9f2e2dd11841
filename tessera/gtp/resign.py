"""When to resign: not in one bad moment, not early, and not in a handicap game that is meant to start lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tessera.rules.coords import WHITE


@dataclass(frozen=True)
class Thought:
    """What a side thought of its position when it moved."""

    number: int
    """Moves on the board before that move."""
    color: int
    winrate: float
    """0..1 from the view of `color`."""
    score: float
    """Expected final score from the view of `color`, in points."""


@dataclass(frozen=True)
class ResignRule:
    """The conditions, all of which must hold."""

    threshold: float = 0.05
    """Win rate below which a position counts as lost; 0 never resigns."""
    thoughts: int = 3
    """Own moves in a row that must have looked lost."""
    deficit: float = 3.0
    """Points the side must expect to lose by: close games are played out and counted."""
    earliest: float = 0.25
    """Share of the board's points that must have been played before."""
    earliest_with_handicap: float = 0.6
    """The same for White in a handicap game, who starts far behind by design."""


def should_resign(rule: ResignRule, thoughts: Sequence[Thought], color: int, *, points: int, handicap: int) -> bool:
    """Whether `color` resigns now; `thoughts` holds those of the game in order, the present one last."""
    own = [thought for thought in thoughts if thought.color == color][-rule.thoughts :]
    if rule.threshold <= 0 or len(own) < rule.thoughts:
        return False
    behind_by_design = handicap >= 2 and color == WHITE
    earliest = rule.earliest_with_handicap if behind_by_design else rule.earliest
    if own[-1].number < earliest * points:
        return False
    return all(thought.winrate < rule.threshold and thought.score <= -rule.deficit for thought in own)

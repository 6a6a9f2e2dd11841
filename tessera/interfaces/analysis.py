"""What a player knows about a position. The engine shows distributions, not verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from tessera.rules.ruleset import Ruleset


@dataclass(frozen=True)
class MoveInfo:
    """One candidate move. All values are from the view of the side that plays it."""

    point: int
    """0..P-1, or P for pass."""
    visits: int
    winrate: float
    """Expected result in 0..1, draws as halves."""
    score: float
    """Expected final score in points, komi included."""
    prior: float
    """The network's probability, over legal moves."""
    lcb: float
    """Lower confidence bound of the winrate; may be below 0."""
    pv: tuple[int, ...]
    """The line that starts with this move, as points."""
    weight: float = 0.0
    """Share of the final decision this move gets, 0..1 (visits, or the improved policy of a Gumbel root)."""
    utility: float = 0.0
    """What the search maximises, -1..1."""
    score_stdev: float = 0.0
    """Spread of the final score in points, as far as the search has seen it."""
    edge_visits: int = 0
    """Visits that came through this move; `visits` counts those of the position behind it."""
    pv_visits: tuple[int, ...] = ()
    """Visits along `pv`."""
    ownership: np.ndarray | None = None
    """[P] float32 in -1..1 averaged below this move, +1 for the side that plays it; None unless asked for."""


@dataclass(frozen=True)
class Analysis:
    """A position as seen by `color`, the side to play; every value is from its view."""

    color: int
    """BLACK or WHITE."""
    size: int
    moves: tuple[MoveInfo, ...]
    """Best first: the first is what the player would play now. Empty when only pass is legal and no search ran."""
    visits: int
    """Visits of the root: its own evaluation and every visit below it, also those kept from an earlier search."""
    winrate: float
    score: float
    ownership: np.ndarray
    """[P] float32 in -1..1, averaged over the search; +1 is owned by `color`."""
    policy: np.ndarray
    """[A] float32 probabilities of the raw network over legal moves, pass last; -1 marks illegal ones."""
    seconds: float = 0.0
    during_search: bool = False
    """True for a report that is not the last one."""
    utility: float = 0.0
    score_stdev: float = 0.0
    """Spread of the final score in points, as far as the search has seen it."""
    raw_winrate: float = 0.5
    """The network's own winrate and score of the root, without search."""
    raw_score: float = 0.0


def caveat(rules: Ruleset) -> str | None:
    """What an analysis under these rules is worth, in a line, where that needs saying; else None."""
    if rules.scoring == "area":
        return None
    return (
        f"{rules.name} rules: the network learned area scoring. Prisoners and stones played in own territory are "
        "counted exactly; what only territory scoring knows (seki, the last neutral point) may be off by a point"
    )

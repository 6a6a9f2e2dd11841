"""What a player thinks of a position, in the words of KataGo's JSON protocol. All values are Black's."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

import numpy as np

from tessera.interfaces.analysis import caveat
from tessera.library.checked import checked
from tessera.library.picture import Picture, Width
from tessera.rules.coords import BLACK, parse_vertex, vertex
from tessera.rules.scoring import format_margin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tessera.interfaces.analysis import Analysis, MoveInfo
    from tessera.library.position import Position

CELL = "padding:1px 8px;text-align:left"
SHOWN = 5
"""Candidates in a notebook and in `str()`."""


@dataclass(frozen=True)
class Candidate:
    """A move that was looked at."""

    move: str
    """A vertex, or 'pass'."""
    visits: int
    """Visits of the position after the move; 0 where nothing was searched."""
    winrate: float
    """Black's, 0..1."""
    score_lead: float
    """Black's, in points, komi included."""
    prior: float
    """The network's probability, before the search."""
    pv: tuple[str, ...]
    """The line that starts with this move."""

    def _cells(self) -> tuple[str, ...]:
        rates = f"{100 * self.winrate:.1f}%", f"{self.score_lead:+.1f}", f"{100 * self.prior:.1f}%"
        return self.move, str(self.visits), *rates, " ".join(self.pv[:8])


@dataclass(frozen=True, eq=False)
class PositionAnalysis:
    """A position with what a player thinks of it. All values are Black's, whoever is to play."""

    position: Position
    """As it was analysed; a copy."""
    winrate: float
    """0..1, draws as halves."""
    score_lead: float
    """Expected final score in points, komi included."""
    visits: int
    """Visits of the root, its own evaluation included; 0 without a network."""
    moves: tuple[Candidate, ...]
    """Best first, for the side to play."""
    policy: NDArray[np.float32]
    """[N, N] the network's probabilities, 0 where nobody may play; row 0 is the top."""
    pass_prior: float
    """The network's probability of a pass."""
    ownership: NDArray[np.float32]
    """[N, N] in -1..1: who will own each point, +1 Black; averaged over the search."""
    seconds: float
    """Wall time; of a batch, that of all its positions together."""
    note: str = ""
    """What the values are worth under these rules, where that needs saying."""

    @property
    def best(self) -> str:
        """The vertex of the best move."""
        return self.moves[0].move if self.moves else "pass"

    @checked
    def svg(self, show: Literal["policy", "visits", "ownership"] = "policy", *, width: Width | None = None) -> Picture:
        """The board with the policy, the shares of the visits or the ownership on it. Raises `BadValue`."""
        match show:
            case "policy":
                return self.position.svg(policy=self.policy, width=width)
            case "ownership":
                return self.position.svg(ownership=self.ownership, width=width)
            case "visits":
                return self.position.svg(policy=self._shares(), width=width)

    def _shares(self) -> NDArray[np.float64]:
        """[A] shares of the visits."""
        size = self.position.size
        shares = np.zeros(size * size + 1)
        for each in self.moves:
            shares[parse_vertex(each.move, size)] = each.visits
        return shares / max(1.0, shares.sum())

    def _repr_svg_(self) -> str:
        return str(self.svg())

    def _repr_html_(self) -> str:
        searched = any(each.visits for each in self.moves)
        heads = "".join(
            f'<th style="{CELL}">{each}</th>'
            for each in ("move", "visits", "Black wins", "Black leads by", "prior", "line")
        )
        rows = "".join(
            "<tr>" + "".join(f'<td style="{CELL}">{cell}</td>' for cell in each._cells()) + "</tr>"
            for each in self.moves[:SHOWN]
        )
        return (
            f"<div><p>{'<br>'.join(map(escape, filter(None, [self._headline(), self.note])))}</p>"
            f'<div style="display:flex;flex-wrap:wrap;gap:12px">'
            f"<figure style='margin:0'>{self.svg('visits' if searched else 'policy')}"
            f"<figcaption>{'share of the visits' if searched else 'policy'}, percent</figcaption></figure>"
            f"<figure style='margin:0'>{self.svg('ownership')}<figcaption>ownership</figcaption></figure></div>"
            f"<table><tr>{heads}</tr>{rows}</table></div>"
        )

    def _headline(self) -> str:
        return (
            f"Black wins {100 * self.winrate:.1f}%, {format_margin(round(self.score_lead, 1))}; "
            f"{self.position.to_play} to play, {self.visits} visits"
        )

    def __repr__(self) -> str:
        return f"<PositionAnalysis {self._headline()}, best {self.best}>"

    def __str__(self) -> str:
        lines = [
            f"{each.move:>4} {each.visits:>6} visits {100 * each.winrate:5.1f}% {each.score_lead:+6.1f}  "
            f"{' '.join(each.pv[:8])}"
            for each in self.moves[:SHOWN]
        ]
        return "\n".join([self._headline(), *filter(None, [self.note]), *lines])


def for_black(position: Position, analysis: Analysis) -> PositionAnalysis:
    """An analysis, which is from the view of the side to play, as one from Black's view, with vertices for points."""
    size, sign = analysis.size, 1 if analysis.color == BLACK else -1
    policy = np.maximum(analysis.policy, 0.0)
    return PositionAnalysis(
        position=position.copy(),
        winrate=_rate(analysis.winrate, sign),
        score_lead=sign * analysis.score,
        visits=analysis.visits,
        moves=tuple(_candidate(move, size, sign) for move in analysis.moves),
        policy=policy[:-1].reshape(size, size),
        pass_prior=float(policy[-1]),
        ownership=(sign * analysis.ownership).reshape(size, size),
        seconds=analysis.seconds,
        note=caveat(position.game.rules) or "",
    )


def _candidate(move: MoveInfo, size: int, sign: int) -> Candidate:
    return Candidate(
        move=vertex(move.point, size),
        visits=move.visits,
        winrate=_rate(move.winrate, sign),
        score_lead=sign * move.score,
        prior=move.prior,
        pv=tuple(vertex(point, size) for point in move.pv),
    )


def _rate(value: float, sign: int) -> float:
    return value if sign > 0 else 1.0 - value

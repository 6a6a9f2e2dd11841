"""The ladder: every player's Elo as a dot on its 95% interval, on one scale, the anchors as lines through all of them.

Positions are percentages of a track's width, handed to the style sheet as custom properties, so the drawing
stretches with the window and prints as text does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tessera.html.ticks import ticks
from tessera.html.words import escape, interval, name, whole

if TYPE_CHECKING:
    from tessera.league.summary import Row, Summary

TICKS = 6
"""Marks on the scale at most, so that their numbers fit a phone."""
LEAST_SPAN = 200.0
"""Elo from end to end at least: one player alone still has a scale."""
MARGIN = 0.04
"""Share of the span that stays free at each end."""


@dataclass(frozen=True)
class Scale:
    """Elo from the left end of the tracks to the right one."""

    left: float
    right: float

    @classmethod
    def over(cls, values: Iterable[float]) -> Scale:
        """The scale on which all finite values lie."""
        finite = [value for value in values if math.isfinite(value)] or [0.0]
        middle = (min(finite) + max(finite)) / 2
        half = max(max(finite) - min(finite), LEAST_SPAN) * (0.5 + MARGIN)
        return cls(middle - half, middle + half)

    def at(self, elo: float) -> float:
        """Percent of the width; what lies outside, infinities too, is at the end."""
        return 100 * min(1.0, max(0.0, (elo - self.left) / (self.right - self.left)))

    def ticks(self) -> list[float]:
        """Round values 1, 2 or 5 times a power of ten apart, `TICKS` of them at most."""
        return ticks(self.left, self.right, TICKS)


def ladder(summary: Summary) -> str:
    """The list of players, best first, under its axis."""
    rows = summary.rows
    scale = Scale.over(value for row in rows for value in (row.elo, row.low, row.high))
    anchors = [row.elo for row in rows if row.anchored and math.isfinite(row.elo)]
    lines = _lines(scale, anchors)
    rungs = "\n".join(_rung(rank, row, scale, lines) for rank, row in enumerate(rows, 1))
    return f'{_axis(scale)}\n<ol class="ladder">\n{rungs}\n</ol>'


def _axis(scale: Scale) -> str:
    marks = "".join(f'<span style="--x:{scale.at(tick):.2f}%">{whole(tick)}</span>' for tick in scale.ticks())
    return f'<div class="rung axis" aria-hidden="true"><span class="track">{marks}</span></div>'


def _lines(scale: Scale, anchors: Sequence[float]) -> str:
    ticks = "".join(f'<i class="tick" style="--x:{scale.at(tick):.2f}%"></i>' for tick in scale.ticks())
    return ticks + "".join(f'<i class="anchor" style="--x:{scale.at(elo):.2f}%"></i>' for elo in anchors)


def _rung(rank: int, row: Row, scale: Scale, lines: str) -> str:
    pill = ' <span class="pill">anchor</span>' if row.anchored else ""
    span = "pinned" if row.anchored else interval(row.low, row.high)
    return (
        f'<li class="rung"><span class="rank">{rank}</span>'
        f'<span class="who" title="{escape(row.name)}">{name(row.name)}{pill}</span>'
        f'<span class="track" aria-hidden="true">{lines}{_marks(row, scale)}</span>'
        f'<span class="elo"><b>{whole(row.elo)}</b> <small>{span}</small></span></li>'
    )


def _marks(row: Row, scale: Scale) -> str:
    if not math.isfinite(row.elo):
        return ""
    left = scale.at(row.low if not math.isnan(row.low) else row.elo)
    right = scale.at(row.high if not math.isnan(row.high) else row.elo)
    bar = f'<i class="bar" style="--x:{left:.2f}%;--w:{right - left:.2f}%"></i>' if right > left else ""
    return f'{bar}<i class="dot" style="--x:{scale.at(row.elo):.2f}%"></i>'

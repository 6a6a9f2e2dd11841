"""Win rate and lead of a game as a picture: blocks for a terminal, SVG for a browser.

All values are Black's: win rates 0..1, leads in points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

BLOCKS = " ▁▂▃▄▅▆▇█"
WIDTH, HEIGHT = 800, 340
FONT = 'font-family="sans-serif" font-size="12"'
LEFT, RIGHT, TOP, BOTTOM = 64, 60, 36, 52
"""Margins of the SVG in pixels."""
RED, BLUE, PAPER = "#c8452f", "#2f6fc8", "#fbfaf7"
NAMED = 5
"""Mistakes whose move number is written beside the dot."""
LEAST_LEAD = 5.0
"""Half of the smallest range of leads: a quiet game looks quiet."""


@dataclass(frozen=True)
class Mark:
    """A move worth a dot."""

    move: int
    """Index of the position behind it; 0 is the start."""
    words: str
    """Shown when the pointer rests on it."""


def sampled(values: Sequence[float], columns: int) -> list[float]:
    """At most `columns` values over the whole game, the mean of each stretch."""
    if len(values) <= columns:
        return list(values)
    edges = [round(i * len(values) / columns) for i in range(columns + 1)]
    return [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]


def as_text(
    values: Sequence[float],
    *,
    columns: int = 64,
    rows: int = 8,
    labels: tuple[str, str, str] = ("100%", " 50%", "  0%"),
) -> list[str]:
    """Lines of the graph, top first: the area under the line is Black's. Moves are counted from 0, the start.

    `labels` stand at the top, the middle and the bottom, for 1, 0.5 and 0.
    """
    stretch = max(1, columns // len(values)) if values else 1
    heights = [round(value * rows * 8) for value in sampled(values, columns) for _ in range(stretch)]
    wide = max(map(len, labels))
    lines = []
    for row in range(rows - 1, -1, -1):
        label = {rows - 1: labels[0], rows // 2: labels[1], 0: labels[2]}.get(row, "").rjust(wide)
        blocks = "".join(BLOCKS[min(8, max(0, height - 8 * row))] for height in heights)
        lines.append(f"{label} ┤{blocks}")
    last = str(len(values) - 1)
    lines.append(" " * (wide + 1) + "└" + "─" * len(heights))
    lines.append(" " * (wide + 2) + "0" + last.rjust(max(len(last) + 1, len(heights) - 1)))
    return lines


def as_lead_text(leads: Sequence[float], *, columns: int = 64, rows: int = 8) -> list[str]:
    """The same for leads in points: the middle is an even game, the top Black far ahead."""
    most = lead_range(leads)
    return as_text(
        [0.5 + 0.5 * max(-1.0, min(1.0, lead / most)) for lead in leads],
        columns=columns,
        rows=rows,
        labels=(f"B+{most:g}", "0", f"W+{most:g}"),
    )


def lead_range(leads: Sequence[float]) -> float:
    """A round number of points that every lead is within."""
    most = max([LEAST_LEAD, *(abs(lead) for lead in leads)])
    step = 5 if most <= 30 else 10 if most <= 100 else 50
    return float(step * math.ceil(most / step))


def as_svg(
    values: Sequence[float], leads: Sequence[float], *, black: str, white: str, marks: Sequence[Mark] = ()
) -> str:
    """A whole SVG document: the win rate by the left axis, the lead by the right one, dots for the marked moves."""
    points = [_at(number, value, len(values)) for number, value in enumerate(values)]
    most = lead_range(leads)
    lead_points = [_at(number, 0.5 + 0.5 * lead / most, len(leads)) for number, lead in enumerate(leads)]
    bottom, right = HEIGHT - BOTTOM, points[-1][0]
    title = escape(f"{black} (Black) – {white} (White)")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {FONT}>',
        f"<title>Win rate and lead: {title}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>',
        f'<text x="{LEFT}" y="22" font-size="14" fill="#222">{title}</text>',
        f'<polygon points="{LEFT},{bottom} {_joined(points)} {right:.1f},{bottom}" fill="#222" fill-opacity="0.25"/>',
        *_grid(len(values), most),
        f'<polyline points="{_joined(lead_points)}" fill="none" stroke="{BLUE}" stroke-width="1.5"/>',
        f'<polyline points="{_joined(points)}" fill="none" stroke="{RED}" stroke-width="2" stroke-linejoin="round"/>',
    ]
    for rank, mark in enumerate(marks):
        x, y = points[mark.move]
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{RED}" stroke="{PAPER}" stroke-width="1.5">'
            f"<title>move {mark.move}: {escape(mark.words)}</title></circle>"
        )
        if rank < NAMED:
            # Beside the edge it points away from, so that it never leaves the picture.
            above = y - 9 if y > TOP + 20 else y + 17
            parts.append(
                f'<text x="{x:.1f}" y="{above:.1f}" text-anchor="middle" fill="#222" stroke="{PAPER}" '
                f'stroke-width="3" paint-order="stroke">{mark.move}</text>'
            )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _at(number: int, value: float, count: int) -> tuple[float, float]:
    span = max(1, count - 1)
    x = LEFT + (WIDTH - LEFT - RIGHT) * number / span
    return x, TOP + (HEIGHT - TOP - BOTTOM) * (1 - value)


def _grid(count: int, most: float) -> list[str]:
    parts = []
    for percent in (0, 25, 50, 75, 100):
        _, y = _at(0, percent / 100, count)
        dash = "" if percent == 50 else ' stroke-dasharray="2 4"'
        lead = most * (percent - 50) / 50
        named = "0" if lead == 0 else f"{'B' if lead > 0 else 'W'}+{abs(lead):g}"
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#999"{dash}/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{RED}">{percent}%</text>')
        parts.append(f'<text x="{WIDTH - RIGHT + 6}" y="{y + 4:.1f}" fill="{BLUE}">{named}</text>')
    step = max(1, 10 * round((count - 1) / 100))
    for number in range(0, count, step):
        x, y = _at(number, 0, count)
        parts.append(f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle" fill="#666">{number}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    for x, color, name in ((14, RED, "Black's win rate"), (WIDTH - 6, BLUE, "Black's lead in points")):
        turned = f'transform="rotate(-90 {x} {middle})"'
        parts.append(f'<text x="{x}" y="{middle}" text-anchor="middle" fill="{color}" {turned}>{name}</text>')
    x = (LEFT + WIDTH - RIGHT) / 2
    return [*parts, f'<text x="{x}" y="{HEIGHT - 12}" text-anchor="middle" fill="#666">move</text>']

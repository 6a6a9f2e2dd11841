"""The win rate of a game as a picture: blocks for a terminal, SVG for a browser. Values are Black's, 0..1."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

BLOCKS = " ▁▂▃▄▅▆▇█"
WIDTH, HEIGHT = 800, 300
FONT = 'font-family="sans-serif" font-size="12"'
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 36, 36
"""Margins of the SVG in pixels."""


def sampled(values: Sequence[float], columns: int) -> list[float]:
    """At most `columns` values over the whole game, the mean of each stretch."""
    if len(values) <= columns:
        return list(values)
    edges = [round(i * len(values) / columns) for i in range(columns + 1)]
    return [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]


def as_text(values: Sequence[float], *, columns: int = 64, rows: int = 8) -> list[str]:
    """Lines of the graph, top first: the area under the line is Black's. Moves are counted from 0, the start."""
    stretch = max(1, columns // len(values)) if values else 1
    heights = [round(value * rows * 8) for value in sampled(values, columns) for _ in range(stretch)]
    lines = []
    for row in range(rows - 1, -1, -1):
        label = {rows - 1: "100%", rows // 2: " 50%", 0: "  0%"}.get(row, "    ")
        blocks = "".join(BLOCKS[min(8, max(0, height - 8 * row))] for height in heights)
        lines.append(f"{label} ┤{blocks}")
    last = str(len(values) - 1)
    lines.append("     └" + "─" * len(heights))
    lines.append("      0" + last.rjust(max(len(last) + 1, len(heights) - 1)))
    return lines


def as_svg(values: Sequence[float], *, black: str, white: str, marks: Sequence[int] = ()) -> str:
    """A whole SVG document. `marks` are the moves (1 is the first) that get a dot: the biggest mistakes."""
    points = [_at(number, value, len(values)) for number, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    bottom, right = HEIGHT - BOTTOM, points[-1][0]
    title = escape(f"{black} (Black) – {white} (White)")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {FONT}>',
        f"<title>Win rate: {title}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fbfaf7"/>',
        f'<text x="{LEFT}" y="22" font-size="14" fill="#222">{title}</text>',
        f'<polygon points="{LEFT},{bottom} {line} {right:.1f},{bottom}" fill="#222" fill-opacity="0.82"/>',
        *_grid(len(values)),
        f'<polyline points="{line}" fill="none" stroke="#c8452f" stroke-width="2" stroke-linejoin="round"/>',
    ]
    for move in marks:
        x, y = points[move]
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#c8452f" stroke="#fbfaf7" stroke-width="1.5">'
            f"<title>move {move}: Black {100 * values[move]:.0f}%</title></circle>"
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _at(number: int, value: float, count: int) -> tuple[float, float]:
    span = max(1, count - 1)
    x = LEFT + (WIDTH - LEFT - RIGHT) * number / span
    return x, TOP + (HEIGHT - TOP - BOTTOM) * (1 - value)


def _grid(count: int) -> list[str]:
    parts = []
    for percent in (0, 25, 50, 75, 100):
        _, y = _at(0, percent / 100, count)
        dash = "" if percent == 50 else ' stroke-dasharray="2 4"'
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#999"{dash}/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#666">{percent}%</text>')
    step = max(1, 10 * round((count - 1) / 100))
    for number in range(0, count, step):
        x, y = _at(number, 0, count)
        parts.append(f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle" fill="#666">{number}</text>')
    return parts

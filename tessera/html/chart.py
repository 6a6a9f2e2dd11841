"""Lines over an axis as one `<figure>` with inline SVG: readable on light and dark ground, on a screen of any width.

Text takes the colour of its surroundings and the lines have tones that stand out on both grounds, so a chart needs
`chart.css` and no theme. A pointer that rests on it reads the values there (SVG's <title>): no script is needed.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from tessera.html.ticks import ticks
from tessera.html.words import MISSING, escape

WIDTH, HEIGHT = 440, 250
LEFT, RIGHT, TOP, BOTTOM = 66, 12, 12, 44
"""Margins in the drawing's units; letters are 13 high, which a phone shows at 11 pixels."""
TONES = 8
READINGS = 48
"""Places along the axis where a resting pointer reads the values."""
DOTS = 40
"""A line of no more points shows each as a dot."""


@dataclass(frozen=True)
class Line:
    """One curve, its points by x."""

    name: str
    points: Sequence[tuple[float, float]]
    band: Sequence[tuple[float, float, float]] = ()
    """(x, low, high) of its interval."""


@dataclass(frozen=True)
class Chart:
    """Curves that share their axes."""

    title: str
    x_name: str
    y_name: str
    lines: Sequence[Line]
    whole: tuple[float, float] | None = None
    """The range that the axis has at least, as 0 to 100 for percent."""


def figure(chart: Chart) -> str:
    """The chart as HTML; one without a point says so."""
    lines = [line for line in chart.lines if line.points]
    head = f"<figcaption>{escape(chart.title)}</figcaption>"
    if not lines:
        return f'<figure class="chart">{head}<p class="none">Nothing was recorded.</p></figure>'
    return f'<figure class="chart">{head}{_legend(lines)}{_Drawing(chart, lines).svg()}</figure>'


@cache
def style() -> str:
    """The rules that `figure` needs."""
    return (files("tessera.html") / "chart.css").read_text(encoding="utf-8")


def short(value: float) -> str:
    """A number for a mark or a legend: 0.00012, 3.14, 12,300, 1.5M."""
    if not math.isfinite(value):
        return MISSING
    size = abs(value)
    if size >= 1e6:
        text = f"{value / 1e6:.4g}M"
    elif size >= 1000:
        text = f"{value:,.0f}"
    elif size >= 100 or value == round(value):
        text = f"{value:.0f}"
    else:
        text = f"{value:.3g}"
    return text.replace("-", "\N{MINUS SIGN}")


def _legend(lines: Sequence[Line]) -> str:
    """Names with their newest values."""
    items = "".join(
        f'<li><i class="key t{number % TONES}"></i>{escape(line.name)} <b>{short(line.points[-1][1])}</b></li>'
        for number, line in enumerate(lines)
    )
    return f'<ul class="legend">{items}</ul>'


class _Drawing:
    """Scales, and the parts drawn with them."""

    def __init__(self, chart: Chart, lines: Sequence[Line]) -> None:
        self._chart, self._lines = chart, lines
        xs = [x for line in lines for x, _ in line.points]
        ys = [y for line in lines for _, y in line.points]
        # A band may be far wider than the curve (the first games of a run): it is cut rather than the curve flattened.
        low, high = min(ys), max(ys)
        room = high - low or abs(high) * 0.1 or 1.0
        if high == low:
            low, high = low - room / 2, high + room / 2
        bounds = [bound for line in lines for _, *both in line.band for bound in both]
        if bounds:
            low, high = max(min(low, *bounds), low - room), min(max(high, *bounds), high + room)
        if chart.whole:
            low, high = min(low, chart.whole[0]), max(high, chart.whole[1])
        self._x = (min(xs), max(xs) if max(xs) > min(xs) else min(xs) + 1)
        margin = 0 if chart.whole else 0.04 * max(high - low, room)
        self._y = (low - margin, high + margin)

    def svg(self) -> str:
        chart = self._chart
        parts = [
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(chart.title)}">',
            *self._grid(),
            *(self._band(number, line) for number, line in enumerate(self._lines) if line.band),
            *(self._curve(number, line) for number, line in enumerate(self._lines)),
            *self._readings(),
            "</svg>",
        ]
        return "\n".join(parts)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        (left, right), (low, high) = self._x, self._y
        y = min(high, max(low, y))
        return (
            LEFT + (WIDTH - LEFT - RIGHT) * (x - left) / (right - left),
            TOP + (HEIGHT - TOP - BOTTOM) * (high - y) / (high - low),
        )

    def _path(self, points: Sequence[tuple[float, float]]) -> str:
        return " ".join("{:.1f},{:.1f}".format(*self._at(x, y)) for x, y in points)

    def _grid(self) -> list[str]:
        parts, bottom, middle = [], HEIGHT - BOTTOM, (LEFT + WIDTH - RIGHT) / 2
        for value in ticks(*self._y, 5):
            _, y = self._at(self._x[0], value)
            parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
            parts.append(f'<text class="y" x="{LEFT - 6}" y="{y + 4.5:.1f}">{short(_clean(value))}</text>')
        for value in ticks(*self._x, 5):
            x, _ = self._at(value, self._y[0])
            parts.append(f'<path class="grid" d="M{x:.1f} {bottom}v4"/>')
            parts.append(f'<text class="x" x="{x:.1f}" y="{bottom + 18}">{short(_clean(value))}</text>')
        height = (TOP + bottom) / 2
        names = f'<text class="x name" x="{middle:g}" y="{HEIGHT - 6}">{escape(self._chart.x_name)}</text>'
        turned = f'transform="rotate(-90 10 {height:g})"'
        return [
            *parts,
            names,
            f'<text class="x name" x="10" y="{height:g}" {turned}>{escape(self._chart.y_name)}</text>',
        ]

    def _band(self, number: int, line: Line) -> str:
        lows = [(x, low) for x, low, _ in line.band]
        highs = [(x, high) for x, _, high in reversed(line.band)]
        return f'<polygon class="band t{number % TONES}" points="{self._path([*lows, *highs])}"/>'

    def _curve(self, number: int, line: Line) -> str:
        tone = f"t{number % TONES}"
        dots = ""
        if len(line.points) <= DOTS:
            places = [self._at(x, y) for x, y in line.points]
            dots = "".join(f'<circle class="dot {tone}" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in places)
        return f'<polyline class="curve {tone}" points="{self._path(line.points)}"/>{dots}'

    def _readings(self) -> list[str]:
        """Strips over the drawing that tell the values of all lines nearest to them."""
        longest = max(self._lines, key=lambda line: len(line.points)).points
        count = min(READINGS, len(longest))
        places = sorted({longest[round(i * (len(longest) - 1) / max(1, count - 1))][0] for i in range(count)})
        columns = [self._at(x, self._y[0])[0] for x in places]
        edges = [
            float(LEFT),
            *((a + b) / 2 for a, b in pairwise(columns)),
            float(WIDTH - RIGHT),
        ]
        parts = []
        for place, (start, end) in zip(places, pairwise(edges), strict=True):
            told = [f"{self._chart.x_name} {short(place)}"]
            told += [f"{line.name} {_told(line, place)}" for line in self._lines]
            parts.append(
                f'<rect class="reading" x="{start:.1f}" y="{TOP}" width="{max(0.1, end - start):.1f}" '
                f'height="{HEIGHT - TOP - BOTTOM}"><title>{escape("; ".join(told))}</title></rect>'
            )
        return parts


def _told(line: Line, x: float) -> str:
    """The value nearest to x, with its interval."""
    number = min(len(line.points) - 1, bisect_left(line.points, (x, -math.inf)))
    value = short(line.points[number][1])
    if number < len(line.band) == len(line.points):
        _, low, high = line.band[number]
        return f"{value} ({short(low)} to {short(high)})"
    return value


def _clean(value: float) -> float:
    """Without the crumbs of a multiplication: 0.30000000000000004 is 0.3."""
    return float(f"{value:.10g}")

"""A board as plain SVG, for notebooks and web pages: no script, no style sheet, nothing to load.

One line of the board to the next is 20 units. Everything that is drawn comes from numbers and from vertices, so
nothing has to be escaped but the title.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Annotated

from tessera.rules.coords import BLACK, EMPTY, LETTERS, WHITE
from tessera.values import Range, Unit

CELL, EDGE = 20, 26
WOOD, INK, RED, BLUE = "#d9a85f", "#5a4018", "#c8452f", "#1f5fc0"
STONES = {BLACK: "#101010", WHITE: "#fdfdfb"}
TEXT = 'font-family="sans-serif" text-anchor="middle" role="img"'
Width = Annotated[int, Range(16, 10_000), Unit("pixels")]
LEAST_WIDTH, SCALE = 320, 1.2
"""Width of a picture unless the caller names one: least pixels, and pixels for each unit of a large board."""
LEAST_OWNED = 0.05
"""Ownership below which a point is open."""


class Picture(str):
    """The text of an SVG element; what a notebook shows of it is the picture."""

    def _repr_svg_(self) -> str:
        return str(self)


def board_svg(
    stones: Sequence[int],
    size: int,
    *,
    last: int | None = None,
    ownership: Sequence[float] | None = None,
    heat: Mapping[int, float] | None = None,
    title: str = "",
    width: int | None = None,
) -> Picture:
    """A whole SVG element.

    `stones` [P] are EMPTY, BLACK or WHITE; `last` is the point that was played last; `ownership` [P] in -1..1, +1 for
    Black, is drawn as squares; `heat` {point: 0..1} as discs, with the number in percent.
    """
    side = 2 * EDGE + (size - 1) * CELL
    width = width or max(LEAST_WIDTH, round(SCALE * side))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{width}" height="{width}" {TEXT}>',
        f"<title>{escape(title)}</title>" if title else "",
        f'<rect width="{side}" height="{side}" rx="4" fill="{WOOD}"/>',
        *_grid(size, side),
        *(_stone(point, color, size) for point, color in enumerate(stones) if color != EMPTY),
        *(_mark(last, int(stones[last]), size) if last is not None and last < size * size else ()),
        *_owners(ownership if ownership is not None else (), stones, size),
        *_heat(heat or {}, size),
        "</svg>",
    ]
    return Picture("\n".join(part for part in parts if part))


def _at(point: int, size: int) -> tuple[int, int]:
    """x and y of a point."""
    row, column = divmod(point, size)
    return EDGE + column * CELL, EDGE + row * CELL


def _grid(size: int, side: int) -> Iterator[str]:
    end = side - EDGE
    lines = "".join(f"M{EDGE} {at}H{end}M{at} {EDGE}V{end}" for at in range(EDGE, end + 1, CELL))
    yield f'<path d="{lines}" stroke="{INK}" fill="none"/>'
    for row, column in _star_points(size):
        x, y = _at(row * size + column, size)
        yield f'<circle cx="{x}" cy="{y}" r="2" fill="{INK}"/>'
    for index in range(size):
        at = EDGE + index * CELL
        for edge in (11, side - 11):
            yield f'<text x="{at}" y="{edge + 3}" font-size="9" fill="{INK}">{LETTERS[index]}</text>'
            yield f'<text x="{edge}" y="{at + 3}" font-size="9" fill="{INK}">{size - index}</text>'


def _star_points(size: int) -> list[tuple[int, int]]:
    edge = 2 if size < 13 else 3
    far, middle = size - 1 - edge, (size - 1) // 2
    points = [(edge, edge), (edge, far), (far, edge), (far, far)] if size >= 7 else []
    if size % 2 and size >= 5:
        points.append((middle, middle))
    if size % 2 and size >= 15:
        points += [(edge, middle), (far, middle), (middle, edge), (middle, far)]
    return points


def _stone(point: int, color: int, size: int) -> str:
    x, y = _at(point, size)
    return f'<circle cx="{x}" cy="{y}" r="9.4" fill="{STONES[color]}" stroke="#333" stroke-width="0.7"/>'


def _mark(point: int, color: int, size: int) -> Iterator[str]:
    """A ring on the last move; where it was suicide, a cross."""
    x, y = _at(point, size)
    if color == EMPTY:
        yield f'<path d="M{x - 4} {y - 4}l8 8m0 -8l-8 8" stroke="{RED}" stroke-width="2"/>'
    else:
        yield f'<circle cx="{x}" cy="{y}" r="5" fill="none" stroke="{RED}" stroke-width="2"/>'


def _owners(ownership: Sequence[float], stones: Sequence[int], size: int) -> Iterator[str]:
    """Squares in the owner's colour, the larger the surer; of stones only on those their side will lose."""
    for point, value in enumerate(ownership):
        owner = BLACK if value > 0 else WHITE
        if abs(value) < LEAST_OWNED or stones[point] == owner:
            continue
        x, y = _at(point, size)
        half, opacity = 5.5 * min(1.0, abs(value)) ** 0.5, min(1.0, 0.25 + 0.75 * abs(value))
        yield (
            f'<rect x="{x - half:.1f}" y="{y - half:.1f}" width="{2 * half:.1f}" height="{2 * half:.1f}" '
            f'fill="{STONES[owner]}" fill-opacity="{opacity:.2f}" stroke="#333" stroke-width="0.5">'
            f"<title>{value:+.2f}</title></rect>"
        )


def _heat(heat: Mapping[int, float], size: int) -> Iterator[str]:
    """Discs, the darker the likelier; those that round to a percent say how many."""
    top = max(heat.values(), default=0.0)
    for point, share in heat.items():
        if point >= size * size or share < 0.002 or share < 0.01 * top:
            continue
        x, y = _at(point, size)
        percent = round(100 * share)
        yield f'<circle cx="{x}" cy="{y}" r="9" fill="{BLUE}" fill-opacity="{0.6 + 0.4 * share / top:.2f}"/>'
        if percent:
            yield f'<text x="{x}" y="{y + 3.2}" font-size="9" fill="#fff">{percent}</text>'

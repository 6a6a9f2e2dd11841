"""Boards as plain text, both ways: what tests are written in, and what GTP's `showboard` answers.

. X O .        X or # is black, O or @ is white; . , and + are empty
X a . O        a lower-case letter is an empty point with a name
. X O .
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from tessera.errors import BadValue
from tessera.rules.coords import BLACK, COLOR_NAMES, EMPTY, LETTERS, MAX_SIZE, MIN_SIZE, WHITE

if TYPE_CHECKING:
    from tessera.rules.game import Game

SYMBOLS = ".XO"
"""By colour."""
READ = {".": EMPTY, ",": EMPTY, "+": EMPTY, "X": BLACK, "#": BLACK, "O": WHITE, "@": WHITE}


class Diagram(NamedTuple):
    """A position read from text."""

    size: int
    stones: dict[int, int]
    """{point: color}"""
    names: dict[str, int]
    """The points marked with lower-case letters."""


def parse(text: str) -> Diagram:
    """Read a square board, one line per row; blanks between points are ignored. Raises `BadValue`."""
    rows = ["".join(line.split()) for line in text.strip().splitlines()]
    size = len(rows)
    if not MIN_SIZE <= size <= MAX_SIZE:
        raise BadValue("diagram", f"{size} rows", f"{MIN_SIZE} to {MAX_SIZE}")
    stones: dict[int, int] = {}
    names: dict[str, int] = {}
    for row, line in enumerate(rows):
        if len(line) != size:
            raise BadValue(f"row {row + 1} of the diagram", line, f"{size} points")
        for column, symbol in enumerate(line):
            point = row * size + column
            if symbol.isascii() and symbol.islower():
                if symbol in names:
                    raise BadValue("name in the diagram", symbol, "one point for each letter")
                names[symbol] = point
            elif symbol not in READ:
                raise BadValue("point of the diagram", symbol, ". , + X # O @ or a lower-case letter")
            elif READ[symbol] != EMPTY:
                stones[point] = READ[symbol]
    return Diagram(size, stones, names)


def render(stones: Sequence[int], size: int) -> str:
    """stones [P] as rows of text without coordinates; `parse` reads it back."""
    rows = (stones[start : start + size] for start in range(0, size * size, size))
    return "\n".join(" ".join(SYMBOLS[int(stone)] for stone in row) for row in rows)


def draw(game: Game) -> str:
    """The board with coordinates on all sides and the last move in brackets; below it side to play, komi, prisoners."""
    size, last = game.size, game.moves[-1].point if game.moves else -1
    header = "   " + " ".join(LETTERS[:size])
    lines = [header]
    for row, symbols in enumerate(render(game.stones.tolist(), size).splitlines()):
        line = [" ", *symbols, " "]
        if last // size == row and last != size * size:
            line[2 * (last % size)], line[2 * (last % size) + 2] = "()"
        lines.append(f"{size - row:2}{''.join(line)}{size - row:2}")
    lines.append(header)
    lines.append(f"{COLOR_NAMES[game.to_play]} to play, move {len(game.moves) + 1}, komi {game.komi:g}")
    lines.append(f"prisoners: black has taken {game.captured_by(BLACK)}, white {game.captured_by(WHITE)}")
    return "\n".join(lines)

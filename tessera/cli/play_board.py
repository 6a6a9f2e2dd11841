"""The board of `tessera play`: a picture on a terminal, letters in a pipe; with it who owns what, when asked."""

from __future__ import annotations

from collections.abc import Sequence

from tessera.cli import output
from tessera.cli.demo_view import look
from tessera.cli.play_table import PlayTable
from tessera.gtp.board_text import draw
from tessera.rules.coords import BLACK, EMPTY, LETTERS, WHITE

AREA_LETTERS = {EMPTY: ".", BLACK: "x", WHITE: "o"}


def show_board(table: PlayTable) -> None:
    """The position; the last move is marked."""
    if output.is_terminal():
        from tessera.cli.board_output import print_position

        print_position(look(table.match, title=""))
        return
    output.print_text(output.escape(draw(table.game)))


def show_area(table: PlayTable, area: Sequence[int], *, aside: Sequence[str]) -> None:
    """The position with the owner of every point that is somebody's; dead stones are shown as the owner's points."""
    if output.is_terminal():
        from tessera.cli.board_output import print_position

        print_position(look(table.match, title=""), aside, area=area)
        return
    for line in (*area_lines(table.game.size, table.game.stones.tolist(), area), *aside):
        output.print_text(output.escape(line))


def area_lines(size: int, stones: Sequence[int], area: Sequence[int]) -> list[str]:
    """X and O for stones that stand, x and o for points that are Black's and White's, dead stones among them."""
    header = "   " + " ".join(LETTERS[:size])
    lines = [header]
    for row in range(size):
        cells = []
        for point in range(row * size, row * size + size):
            stone, owner = stones[point], area[point]
            stands = stone != EMPTY and owner != 3 - stone
            cells.append("XO"[stone - 1] if stands else AREA_LETTERS[owner])
        lines.append(f"{size - row:2} {' '.join(cells)} {size - row}")
    return [*lines, header, "x and o: Black's and White's points; a dead stone is its owner's point"]

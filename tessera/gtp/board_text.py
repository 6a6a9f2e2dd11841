"""A game's board as plain text, for `showboard`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.rules.coords import BLACK, COLOR_NAMES, EMPTY, LETTERS, WHITE

if TYPE_CHECKING:
    from tessera.rules.game import Game

MARKS = {EMPTY: ".", BLACK: "X", WHITE: "O"}


def draw(game: Game) -> str:
    """Lines of text: letters, rows with their numbers on both sides, letters; then what the board does not show."""
    size, stones = game.size, game.stones
    last = game.moves[-1].point if game.moves else -1
    header = "   " + " ".join(LETTERS[:size])
    lines = [header]
    for row in range(size):
        cells = []
        for point in range(row * size, row * size + size):
            left = "(" if point == last else ")" if point == last + 1 and point % size else " "
            cells.append(left + MARKS[int(stones[point])])
        end = ")" if row * size + size - 1 == last else " "
        lines.append(f"{size - row:2}{''.join(cells)}{end}{size - row:2}")
    lines.append(header)
    lines.append(f"{COLOR_NAMES[game.to_play]} to play, move {len(game.moves) + 1}, komi {game.komi:g}")
    lines.append(f"prisoners: black has taken {game.captured_by(BLACK)}, white {game.captured_by(WHITE)}")
    return "\n".join(lines)

"""How a game ended: what RE says, and whether the board at the end bears it out."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tessera.rules.coords import BLACK, EMPTY, WHITE
from tessera.rules.endgame import judged_score
from tessera.rules.game import Game
from tessera.rules.scoring import score

WON = re.compile(r"([BW])\+(?:(\d{1,3}(?:\.\d{1,2})?)|R|Resign|T|Time)?", re.IGNORECASE)
DRAWN = re.compile(r"0|Draw", re.IGNORECASE)


class Result(NamedTuple):
    """The end of a game as its file tells it."""

    winner: int
    """BLACK, WHITE, or EMPTY for a draw."""
    margin: float | None
    """Black's points less White's; None where the file gives no points (resignation, time)."""


def parse_result(text: str) -> Result | None:
    """RE as a `Result`; None for a game without one, and for a forfeit, which says nothing of the board."""
    if DRAWN.fullmatch(text):
        return Result(EMPTY, 0.0)
    won = WON.fullmatch(text)
    if won is None:
        return None
    points = float(won[2]) if won[2] else 0.0
    black = won[1].upper() == "B"
    return Result(BLACK if black else WHITE, (points if black else -points) or None)


def owners(game: Game, result: Result) -> NDArray[np.int8] | None:
    """[P] who owns each point of the final board, dead stones taken off; None where that cannot be told.

    It can where the file gives points, and the count has the same winner and is at most a board's side away from
    them: otherwise stones were judged wrongly, or the game goes on beyond the file.
    """
    if result.margin is None:
        return None
    count = score(game)
    if count.margin != result.margin:  # then some stones are dead, which takes playouts to tell
        count = judged_score(game)
    if np.sign(count.margin) != np.sign(result.margin) or abs(count.margin - result.margin) > game.size:
        return None
    return count.owner

"""The result of a finished game: area or territory, dead stones taken off, komi and handicap paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tessera.errors import BadValue
from tessera.rules.coords import BLACK, EMPTY, WHITE
from tessera.rules.layout import PRISONERS, meta_at, tables
from tessera.rules.scoring_kernels import owners

if TYPE_CHECKING:
    from tessera.rules.game import Game


@dataclass(frozen=True)
class Score:
    """A counted board."""

    margin: float
    """Black's points minus White's, komi and handicap compensation included."""
    owner: NDArray[np.int8]
    """[P] EMPTY, BLACK or WHITE: whose point it is."""

    def __str__(self) -> str:
        return format_margin(self.margin)


def format_margin(margin: float) -> str:
    """'B+3.5', 'W+12', or '0' for a draw, as GTP and SGF write it."""
    if margin == 0:
        return "0"
    return f"{'B' if margin > 0 else 'W'}+{abs(margin):g}"


def score(game: Game, dead: Iterable[int] = ()) -> Score:
    """Count the board as it stands after taking off the stones at the points `dead`.

    The caller names whole chains; what is on the board and not named is alive.
    """
    size = game.size
    meta = meta_at(size)
    stones = game.state.copy()
    prisoners = {color: int(stones[meta + PRISONERS + color]) for color in (BLACK, WHITE)}
    for point in set(dead):
        if not 0 <= point < size * size or stones[point] == EMPTY:
            raise BadValue("dead stone", point, "points with a stone on them")
        prisoners[int(stones[point])] += 1
        stones[point] = EMPTY
    owner = np.empty(size * size, np.int8)
    balance = int(owners(stones, size, tables(size), owner, np.empty(size * size, np.int32)))
    if game.rules.scoring == "territory":
        on_board = stones[: size * size]
        balance -= int((on_board == BLACK).sum()) - int((on_board == WHITE).sum())
        balance += prisoners[WHITE] - prisoners[BLACK]
    return Score(margin=balance - game.komi - game.rules.bonus_for(game.handicap), owner=owner)

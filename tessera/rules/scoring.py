"""The result of a finished game: area or territory, dead stones taken off, komi and handicap paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tessera.errors import BadValue
from tessera.rules.benson import components, neighbours
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


def score(game: Game, dead: Iterable[int] = (), seki: Iterable[int] = ()) -> Score:
    """Count the board as it stands after taking off the stones at the points `dead`.

    The caller names whole chains; what is on the board and not named is alive. Under territory scoring the eyes of
    stones in `seki` are nobody's.
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
        balance -= _give_up_eyes(owner, stones, size, set(seki))
        on_board = stones[: size * size]
        balance -= int((on_board == BLACK).sum()) - int((on_board == WHITE).sum())
        balance += prisoners[WHITE] - prisoners[BLACK]
    return Score(margin=balance - game.komi - game.rules.bonus_for(game.handicap), owner=owner)


def _give_up_eyes(owner: NDArray[np.int8], stones: NDArray[np.int32], size: int, seki: set[int]) -> int:
    """Take the empty regions beside stones in seki from their owners; returns Black's points less White's of them."""
    given_up = 0
    for region in components(size, lambda p: stones[p] == EMPTY, lambda p, q: True):
        if any(q in seki for p in region for q in neighbours(p, size)):
            given_up += sum({BLACK: 1, WHITE: -1}.get(int(owner[p]), 0) for p in region)
            owner[list(region)] = EMPTY
    return given_up

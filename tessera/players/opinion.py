"""What a network says of positions by itself: one evaluation of each, without a search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.network import Evaluator
from tessera.players.passing import position
from tessera.rules.coords import BLACK, WHITE
from tessera.search.batch import BatchSearch
from tessera.search.tree import Tree

if TYPE_CHECKING:
    from tessera.rules.game import Game


class NetworkOpinion:
    """Evaluates positions in one batch; its memory is kept from call to call."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._search: BatchSearch | None = None

    def look(self, games: Sequence[Game], colors: Sequence[int]) -> Tree:
        """Trees of one node, the root, in the order of `games`, which are of one size; `colors` are to play."""
        size, search = games[0].size, self._search
        if search is None or search.size != size or search.capacity < len(games):
            search = self._search = BatchSearch(self._evaluator, size=size, games=len(games), nodes=1)
        search.set_roots(*stacked(games, colors))
        return search.arrays

    def ownership(self, games: Sequence[Game], colors: Sequence[int]) -> NDArray[np.float64]:
        """[B, P] in -1..1, +1 for Black: who will own each point."""
        return np.array(self.look(games, colors).ownership)

    def of_the_end(self, game: Game) -> list[float]:
        """[P] the same for a game that is over, where nobody is to play: the mean over both sides."""
        mean: list[float] = self.ownership([game, game], [BLACK, WHITE]).mean(0).tolist()
        return mean


def stacked(games: Sequence[Game], colors: Sequence[int]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Positions [B, S] with `colors` to play, and superko sets [B, T] as long as the longest."""
    states = np.stack([position(game, color) for game, color in zip(games, colors, strict=True)])
    seen = np.zeros((len(games), max(len(game.seen) for game in games)), np.int64)
    for row, game in zip(seen, games, strict=True):
        write_seen(row, game)
    return states, seen


def write_seen(row: NDArray[np.int64], game: Game) -> None:
    """A game's superko set into a row [T] that is at least as long."""
    if len(row) == len(game.seen):
        row[:] = game.seen
    else:
        game.fill_seen(row)

"""Who a network thinks will own each point: one evaluation of a position, without a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tessera.interfaces.network import Evaluator
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.layout import TO_PLAY, meta_at
from tessera.search.batch import BatchSearch

if TYPE_CHECKING:
    from tessera.rules.game import Game


class NetworkOpinion:
    """Ownership of the points of a position in a network's eyes; a `passing.Opinion`."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._search: BatchSearch | None = None

    def __call__(self, game: Game, color: int) -> list[float]:
        """[P] in -1..1, +1 for Black, with `color` to play."""
        if self._search is None or self._search.size != game.size:
            self._search = BatchSearch(self._evaluator, size=game.size, nodes=1)
        state = game.state.copy()
        state[meta_at(game.size) + TO_PLAY] = color
        self._search.plant(state[None], game.seen[None])
        ownership = np.asarray(self._search.arrays.ownership)[0]
        return [float(value) for value in ownership]

    def of_the_end(self, game: Game) -> list[float]:
        """The same for a game that is over, where nobody is to play: the mean over both sides."""
        return [0.5 * (black + white) for black, white in zip(self(game, BLACK), self(game, WHITE), strict=True)]

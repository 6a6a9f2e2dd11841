"""A player without search: the legal point nearest to the center, or, when shy, farthest from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tessera.interfaces.analysis import Analysis, MoveInfo
from tessera.interfaces.player import PLAYED_OUT, UNWATCHED, Choice, Limits, Options, Watch
from tessera.rules.game import Game


class CenterPlayer:
    """See `tessera.interfaces.player.Player`."""

    name = "center"

    def __init__(self, *, shy: bool = False) -> None:
        self._sign = -1 if shy else 1

    def begin(self, slot: int, seed: int) -> None:
        """Nothing is random."""

    def play(
        self, slots: Sequence[int], games: Sequence[Game], limits: Limits, *, options: Options = PLAYED_OUT
    ) -> list[int]:
        return [self.choose(game, game.to_play, limits, options=options).point for game in games]

    def choose(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Choice:
        analysis = self.analyze(game, color, limits, options=options)
        return Choice(analysis.moves[0].point if analysis.moves else game.points, analysis)

    def analyze(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Analysis:
        legal = game.legal_mask(color)
        policy = np.where(legal, np.float32(1 / legal.sum()), np.float32(-1))
        wanted = [int(point) for point in np.flatnonzero(legal[:-1]) if self._allowed(int(point), options)]
        best = sorted(wanted, key=lambda point: (self._sign * self._distance(point, game.size), point))[:3]
        moves = tuple(MoveInfo(point, 1, 0.5, 0.0, float(policy[point]), 0.0, (point,)) for point in best)
        ownership = np.zeros(game.points, np.float32)
        return Analysis(color, game.size, moves, len(moves), 0.5, 0.0, ownership, policy)

    def close(self) -> None:
        pass

    def _allowed(self, point: int, options: Options) -> bool:
        return point not in options.avoid and (not options.allow or point in options.allow)

    def _distance(self, point: int, size: int) -> int:
        row, column = divmod(point, size)
        return abs(2 * row - size + 1) + abs(2 * column - size + 1)

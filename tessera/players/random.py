"""The random player: any legal point that is not its own eye, each as likely as the others. A yardstick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tessera.interfaces.analysis import Analysis, MoveInfo
from tessera.interfaces.player import UNWATCHED, Choice, Limits, Options, Watch
from tessera.rules.coords import BLACK, EMPTY
from tessera.rules.layout import STRIDE, tables
from tessera.rules.scoring import score

if TYPE_CHECKING:
    from tessera.rules.game import Game


def sensible_points(game: Game, color: int) -> list[int]:
    """Legal points whose neighbours are not all stones of `color`: games between random players end."""
    geometry = tables(game.size).geometry
    stones = game.state
    legal = game.legal_mask(color)
    points = []
    for p in np.flatnonzero(legal[: game.points]):
        around = [int(q) for q in geometry[STRIDE * p : STRIDE * p + 4] if q < game.points]
        if any(stones[q] == EMPTY or stones[q] != color for q in around):
            points.append(int(p))
    return points


class RandomPlayer:
    """Plays at random; passes only when nothing but its own eyes is left."""

    def __init__(self, *, seed: int = 0, name: str = "random") -> None:
        self.name = name
        self._random = np.random.Generator(np.random.PCG64(seed))

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
        if options.deterministic:
            return Choice(analysis.moves[0].point, analysis)
        return Choice(analysis.moves[int(self._random.integers(len(analysis.moves)))].point, analysis)

    def analyze(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Analysis:
        """Every candidate alike; the value is the board as counted now."""
        points = [p for p in sensible_points(game, color) if p not in options.avoid]
        if options.allow:
            points = [p for p in points if p in options.allow]
        points = points or [game.points]
        counted = score(game)
        margin = counted.margin if color == BLACK else -counted.margin
        winrate = 0.5 if margin == 0 else float(margin > 0)
        policy = np.full(game.points + 1, -1.0, np.float32)
        policy[game.legal_mask(color)] = 0.0
        policy[points] = 1.0 / len(points)
        owner = np.where(counted.owner == color, 1.0, np.where(counted.owner == EMPTY, 0.0, -1.0))
        moves = tuple(MoveInfo(p, 0, winrate, margin, 1 / len(points), 0.0, (p,), 1 / len(points)) for p in points)
        return Analysis(color, game.size, moves, 0, winrate, margin, owner.astype(np.float32), policy)

    def close(self) -> None:
        """Nothing to release."""

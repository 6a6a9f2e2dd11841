"""The random player: any legal point that is not its own eye, each as likely as the others. A yardstick."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tessera.interfaces.analysis import Analysis, MoveInfo
from tessera.interfaces.player import PLAYED_OUT, UNWATCHED, Choice, Limits, Options, Watch
from tessera.players.variety import generator, generators
from tessera.rules.coords import BLACK, EMPTY
from tessera.rules.layout import STRIDE, tables
from tessera.rules.scoring import score

if TYPE_CHECKING:
    from tessera.rules.game import Game


def sensible_points(game: Game, color: int) -> list[int]:
    """Legal points whose neighbours are not all stones of `color`: games between random players end."""
    points = game.points
    board = game.state[: points + 1]
    own = board == color
    own[points] = True  # the wall
    eye = own[tables(game.size).geometry.reshape(points, STRIDE)[:, :4]].all(1)
    legal = game.legal_mask(color)[:points]
    return [int(p) for p in np.flatnonzero(legal & ~eye)]


def candidates(game: Game, color: int, options: Options) -> list[int]:
    """The sensible points the caller leaves; pass where there is none."""
    points = [p for p in sensible_points(game, color) if p not in options.avoid]
    if options.allow:
        points = [p for p in points if p in options.allow]
    return points or [game.points]


class RandomPlayer:
    """Plays at random, in up to `games` games; passes only when nothing but its own eyes is left."""

    def __init__(self, *, seed: int = 0, games: int = 1, name: str = "random") -> None:
        self.name = name
        self._random = generators(seed, games)

    def begin(self, slot: int, seed: int) -> None:
        self._random[slot] = generator(seed)

    def play(
        self, slots: Sequence[int], games: Sequence[Game], limits: Limits, *, options: Options = PLAYED_OUT
    ) -> list[int]:
        return [self._draw(slot, game, game.to_play, options) for slot, game in zip(slots, games, strict=True)]

    def choose(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Choice:
        return Choice(self._draw(0, game, color, options), self.analyze(game, color, limits, options=options))

    def _draw(self, slot: int, game: Game, color: int, options: Options) -> int:
        points = candidates(game, color, options)
        return points[0] if options.deterministic else points[int(self._random[slot].integers(len(points)))]

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
        points = candidates(game, color, options)
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

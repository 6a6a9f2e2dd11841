"""The policy player: one network pass per move, no search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.analysis import Analysis, MoveInfo
from tessera.interfaces.network import Evaluator
from tessera.interfaces.player import PLAYED_OUT, UNWATCHED, Choice, Limits, Options, Watch
from tessera.players import passing
from tessera.players.opinion import NetworkOpinion
from tessera.players.random import sensible_points
from tessera.players.reading import read_analysis
from tessera.players.variety import generator, generators

if TYPE_CHECKING:
    from tessera.rules.game import Game

LIKELY = 3
"""Moves."""


class PolicyPlayer:
    """Plays the network's favourite, or draws from its policy to the power 1 / temperature; in up to `games` games.

    Limits do not matter. Passes when passing is the favourite, and never by a draw: a random pass in mid-game is not
    weak play but none. Nor is an own one-point eye filled by a draw: games between high temperatures must end.
    """

    def __init__(
        self, evaluator: Evaluator, *, temperature: float = 0.0, seed: int = 0, games: int = 1, name: str = "policy"
    ) -> None:
        self.name = name
        self._temperature = temperature
        self._random = generators(seed, games)
        self._opinion = NetworkOpinion(evaluator)

    def begin(self, slot: int, seed: int) -> None:
        self._random[slot] = generator(seed)

    def play(
        self, slots: Sequence[int], games: Sequence[Game], limits: Limits, *, options: Options = PLAYED_OUT
    ) -> list[int]:
        return [choice.point for choice in self._choose(slots, games, [game.to_play for game in games], options)]

    def choose(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Choice:
        return self._choose([0], [game], [color], options)[0]

    def analyze(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Analysis:
        """Every legal move by its prior; `visits` are 0, values those of the position itself."""
        return self._look([game], [color], options)[0][0]

    def analyze_batch(self, games: Sequence[Game], limits: Limits, *, options: Options = Options()) -> list[Analysis]:
        return [analysis for analysis, _ in self._look(games, [game.to_play for game in games], options)]

    def _look(
        self, games: Sequence[Game], colors: Sequence[int], options: Options
    ) -> list[tuple[Analysis, passing.Ending | None]]:
        """What the network says of each position, and the verdict on it."""
        tree, found = self._opinion.look(games, colors), []
        for index, (game, color) in enumerate(zip(games, colors, strict=True)):
            base = read_analysis(tree, game.size, game=index, seconds=0.0, during_search=False)
            end = passing.ending(game, tree.ownership[index].tolist())
            ownership = base.ownership if options.moves_ownership else None
            found.append((_with_moves(base, _candidates(game, color, base, end, options), ownership), end))
        return found

    def _choose(
        self, slots: Sequence[int], games: Sequence[Game], colors: Sequence[int], options: Options
    ) -> list[Choice]:
        looks = self._look(games, colors, options)
        over = self._finished(games, looks, options)
        return [
            Choice(game.points if done else self._draw(slot, game, analysis, options), analysis)
            for slot, game, (analysis, _), done in zip(slots, games, looks, over, strict=True)
        ]

    def _finished(
        self, games: Sequence[Game], looks: Sequence[tuple[Analysis, passing.Ending | None]], options: Options
    ) -> list[bool]:
        """For each position, whether nothing is left to gain and the network thinks no less of it after a pass.

        Where somebody passed, or a pass is among the likeliest moves: else the verdict would cost more than the move.
        """
        over = [
            (game.passes > 0 or any(move.point == game.points for move in analysis.moves[:LIKELY]))
            and passing.is_finished(game, end, options)
            for game, (analysis, end) in zip(games, looks, strict=True)
        ]
        after = {}
        for index in map(int, np.flatnonzero(over)):
            then = games[index].copy()
            then.play(looks[index][0].color, then.points)
            if not then.is_over:
                after[index] = then
        if after:
            positions = list(after.values())
            views = self._look(positions, [then.to_play for then in positions], Options())
            for index, (view, _) in zip(after, views, strict=True):
                over[index] = passing.pass_keeps(looks[index][0], view)
        return over

    def _draw(self, slot: int, game: Game, analysis: Analysis, options: Options) -> int:
        favourite = analysis.moves[0].point
        if self._temperature <= 0.0 or options.deterministic or favourite == game.points:
            return favourite
        sensible = set(sensible_points(game, analysis.color))
        moves = [move for move in analysis.moves if move.point in sensible] or list(analysis.moves[:1])
        priors = np.array([move.prior for move in moves])
        weights = (priors / priors.max()) ** (1.0 / self._temperature)
        drawn = int(self._random[slot].choice(len(weights), p=weights / weights.sum()))
        return moves[drawn].point

    def expected_owners(self, game: Game) -> list[float]:
        return self._opinion.of_the_end(game)

    def close(self) -> None:
        """Nothing to release but memory, which goes with the player."""


def _candidates(game: Game, color: int, base: Analysis, end: passing.Ending | None, options: Options) -> list[int]:
    """Legal points the caller and common sense leave, best prior first; pass when nothing else is left."""
    banned = passing.unwanted(game, color, end, options)
    kept = [int(a) for a in np.flatnonzero(base.policy >= 0) if int(a) not in banned] or [game.points]
    return sorted(kept, key=lambda a: (-float(base.policy[a]), a))


def _with_moves(base: Analysis, points: list[int], ownership: NDArray[np.float32] | None) -> Analysis:
    """`ownership` of the position itself stands for that of every move: nothing was looked at behind them."""
    total = sum(max(float(base.policy[a]), 0.0) for a in points) or 1.0
    moves = tuple(
        MoveInfo(
            point=a,
            visits=0,
            winrate=base.winrate,
            score=base.score,
            prior=float(base.policy[a]),
            lcb=0.0,
            pv=(a,),
            weight=float(base.policy[a]) / total,
            utility=base.utility,
            pv_visits=(0,),
            ownership=ownership,
        )
        for a in points
    )
    return replace(base, moves=moves)

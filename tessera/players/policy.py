"""The policy player: one network pass per move, no search."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.analysis import Analysis, MoveInfo
from tessera.interfaces.network import Evaluator
from tessera.interfaces.player import UNWATCHED, Choice, Limits, Options, Watch
from tessera.players import passing
from tessera.players.opinion import NetworkOpinion
from tessera.players.random import sensible_points
from tessera.players.reading import read_analysis
from tessera.rules.layout import TO_PLAY, meta_at
from tessera.search.batch import BatchSearch

if TYPE_CHECKING:
    from tessera.rules.game import Game


class PolicyPlayer:
    """Plays the network's favourite, or draws from its policy to the power 1 / temperature. Limits do not matter.

    Passes when passing is the favourite, and never by a draw: a random pass in mid-game is not weak play but none.
    Nor is an own one-point eye filled by a draw: games between high temperatures must end.
    """

    def __init__(self, evaluator: Evaluator, *, temperature: float = 0.0, seed: int = 0, name: str = "policy") -> None:
        self.name = name
        self._evaluator, self._temperature = evaluator, temperature
        self._random = np.random.Generator(np.random.PCG64(seed))
        self._search: BatchSearch | None = None
        self._opinion = NetworkOpinion(evaluator)

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
        if self._is_finished(game, analysis, options):
            return Choice(game.points, analysis)
        if self._temperature <= 0.0 or options.deterministic:
            return Choice(analysis.moves[0].point, analysis)
        if analysis.moves[0].point == game.points:
            return Choice(game.points, analysis)
        sensible = set(sensible_points(game, color))
        moves = [move for move in analysis.moves if move.point in sensible] or list(analysis.moves[:1])
        priors = np.array([move.prior for move in moves])
        weights = (priors / priors.max()) ** (1.0 / self._temperature)
        drawn = int(self._random.choice(len(weights), p=weights / weights.sum()))
        return Choice(moves[drawn].point, analysis)

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
        if self._search is None or self._search.size != game.size:
            self._search = BatchSearch(self._evaluator, size=game.size, nodes=1)
        state = game.state.copy()
        state[meta_at(game.size) + TO_PLAY] = color
        self._search.plant(state[None], game.seen[None])
        base = read_analysis(self._search.arrays, game.size, seconds=0.0, during_search=False)
        ownership = base.ownership if options.moves_ownership else None
        return _with_moves(base, _candidates(game, color, base, options), ownership)

    def _is_finished(self, game: Game, analysis: Analysis, options: Options) -> bool:
        """Whether nothing is left to gain, and the network thinks no less of the position after a pass."""
        end = passing.ending(game, analysis.color, self._opinion)
        if end is None or not end.settled or options.fast_cleanup or not passing.may_pass(game, options):
            return False
        after = game.copy()
        after.play(analysis.color, game.points)
        if after.is_over:
            return True
        then = self.analyze(after, after.to_play, Limits())
        return passing.costs_nothing(
            replace(analysis.moves[0], winrate=1.0 - then.winrate, score=-then.score),
            replace(analysis.moves[0], winrate=analysis.winrate, score=analysis.score),
        )

    def expected_owners(self, game: Game) -> list[float]:
        return self._opinion.of_the_end(game)

    def close(self) -> None:
        self._search = None


def _candidates(game: Game, color: int, base: Analysis, options: Options) -> list[int]:
    """Legal points the caller and common sense leave, best prior first; pass when nothing else is left."""
    banned = set(options.avoid) | set(passing.pointless(game, color))
    if to_clean := passing.cleaning(game, color, None, options):
        banned |= set(range(game.points + 1)) - to_clean
    legal = [int(a) for a in np.flatnonzero(base.policy >= 0)]
    kept = [a for a in legal if a not in banned and (not options.allow or a in options.allow)] or [game.points]
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

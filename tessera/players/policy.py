"""The policy player: one network pass per move, no search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.analysis import Analysis, MoveInfo
from tessera.interfaces.network import Evaluator
from tessera.interfaces.player import PLAYED_OUT, UNWATCHED, Choice, Limits, Options, Watch
from tessera.players import passing
from tessera.players.opinion import NetworkOpinion
from tessera.players.random import sensible_points
from tessera.players.reading import read_analysis
from tessera.players.settings import PolicyPlayerSettings
from tessera.players.variety import generator, generators

if TYPE_CHECKING:
    from tessera.rules.game import Game
    from tessera.search.tree import Tree

LIKELY = 3
"""Moves."""


class _Look(NamedTuple):
    """What the network says of a position, as far as a move needs it."""

    game: Game
    color: int
    """To play, whose view `winrate` (0..1) and `score` (points) are."""
    prior: NDArray[np.float32]
    """[A]"""
    points: NDArray[np.int64]
    """The moves to choose from, the likeliest first."""
    winrate: float
    score: float
    end: passing.Ending | None


class PolicyPlayer:
    """Plays the network's favourite, or draws from its policy to the power 1 / temperature; in up to `games` games.

    Limits do not matter. Passes when passing is the favourite, and never by a draw: a random pass in mid-game is not
    weak play but none. Nor is an own one-point eye filled by a draw: games between high temperatures must end.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        settings: PolicyPlayerSettings = PolicyPlayerSettings(),
        *,
        seed: int = 0,
        games: int = 1,
        name: str = "policy",
    ) -> None:
        self.name = name
        self._settings = settings
        self._random = generators(seed, games)
        self._opinion = NetworkOpinion(evaluator)

    def begin(self, slot: int, seed: int) -> None:
        self._random[slot] = generator(seed)

    def play(
        self, slots: Sequence[int], games: Sequence[Game], limits: Limits, *, options: Options = PLAYED_OUT
    ) -> list[int]:
        colors = [game.to_play for game in games]
        return self._choose(slots, self._looks(self._opinion.look(games, colors), games, colors, options), options)

    def choose(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Choice:
        tree = self._opinion.look([game], [color])
        looks = self._looks(tree, [game], [color], options)
        analysis = _analysis(tree, 0, looks[0], options)  # before the tree shows what follows a pass
        return Choice(self._choose([0], looks, options)[0], analysis)

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
        return self._analyses([game], [color], options)[0]

    def analyze_batch(self, games: Sequence[Game], limits: Limits, *, options: Options = Options()) -> list[Analysis]:
        return self._analyses(games, [game.to_play for game in games], options)

    def _analyses(self, games: Sequence[Game], colors: Sequence[int], options: Options) -> list[Analysis]:
        tree = self._opinion.look(games, colors)
        looks = self._looks(tree, games, colors, options)
        return [_analysis(tree, index, look, options) for index, look in enumerate(looks)]

    def _looks(self, tree: Tree, games: Sequence[Game], colors: Sequence[int], options: Options) -> list[_Look]:
        """What playing needs of trees of one visit, which the next evaluation writes over."""
        prior, owned = np.array(tree.prior)[:, 0], np.asarray(tree.ownership)
        winrates = (0.5 + 0.5 * np.asarray(tree.result)[:, 0]).tolist()
        scores = np.asarray(tree.score)[:, 0].tolist()
        found = []
        for index, (game, color) in enumerate(zip(games, colors, strict=True)):
            end = passing.ending(game, owned[index].tolist()) if passing.looks_finished(game) else None
            points = _candidates(game, color, prior[index], end, options)
            found.append(_Look(game, color, prior[index], points, winrates[index], scores[index], end))
        return found

    def _choose(self, slots: Sequence[int], looks: Sequence[_Look], options: Options) -> list[int]:
        return [
            look.game.points if done else self._draw(slot, look, options)
            for slot, look, done in zip(slots, looks, self._finished(looks, options), strict=True)
        ]

    def _finished(self, looks: Sequence[_Look], options: Options) -> list[bool]:
        """For each position, whether nothing is left to gain and the network thinks no less of it after a pass.

        Where somebody passed, or a pass is among the likeliest moves: else the verdict would cost more than the move.
        """
        over = [
            (look.game.passes > 0 or look.game.points in look.points[:LIKELY])
            and passing.is_finished(look.game, look.end, options)
            for look in looks
        ]
        after = {}
        for index in map(int, np.flatnonzero(over)):
            then = looks[index].game.copy()
            then.play(looks[index].color, then.points)
            if not then.is_over:
                after[index] = then
        if after:
            positions = list(after.values())
            colors = [then.to_play for then in positions]
            views = self._looks(self._opinion.look(positions, colors), positions, colors, Options())
            for index, view in zip(after, views, strict=True):
                over[index] = passing.pass_keeps(looks[index], view)
        return over

    def _draw(self, slot: int, look: _Look, options: Options) -> int:
        points, favourite = look.points, int(look.points[0])
        temperature = self._settings.at(look.game.size)
        if temperature <= 0.0 or options.deterministic or favourite == look.game.points:
            return favourite
        sensible = np.zeros(len(look.prior), np.bool_)
        sensible[sensible_points(look.game, look.color)] = True
        points = points[sensible[points]] if sensible[points].any() else points[:1]
        priors = look.prior[points].astype(np.float64)
        weights = (priors / priors.max()) ** (1.0 / temperature)
        return int(points[int(self._random[slot].choice(len(weights), p=weights / weights.sum()))])

    def expected_owners(self, game: Game) -> list[float]:
        return self._opinion.of_the_end(game)

    def close(self) -> None:
        """Nothing to release but memory, which goes with the player."""


def _candidates(
    game: Game, color: int, prior: NDArray[np.float32], end: passing.Ending | None, options: Options
) -> NDArray[np.int64]:
    """Legal points the caller and common sense leave, best prior first; pass when nothing else is left."""
    kept = prior > 0
    if banned := passing.unwanted(game, color, end, options):
        kept[list(banned)] = False
    points = np.flatnonzero(kept)
    return points[np.argsort(-prior[points], kind="stable")] if len(points) else np.array([game.points])


def _analysis(tree: Tree, index: int, look: _Look, options: Options) -> Analysis:
    """Ownership of the position itself stands for that of every move: nothing was looked at behind them."""
    base = read_analysis(tree, look.game.size, game=index, seconds=0.0, during_search=False)
    ownership = base.ownership if options.moves_ownership else None
    priors = [max(float(base.policy[a]), 0.0) for a in look.points]
    total = sum(priors) or 1.0
    moves = tuple(
        MoveInfo(
            point=int(a),
            visits=0,
            winrate=base.winrate,
            score=base.score,
            prior=float(base.policy[a]),
            lcb=0.0,
            pv=(int(a),),
            weight=prior / total,
            utility=base.utility,
            pv_visits=(0,),
            ownership=ownership,
        )
        for a, prior in zip(look.points, priors, strict=True)
    )
    return replace(base, moves=moves)

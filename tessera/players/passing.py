"""When to pass, and which moves are not worth considering: a finished game must look finished to both sides.

Inside a search tree two passes end the game and every stone on the board counts as alive. So a player who
wants its due has to take dead enemy stones off before passing, which costs nothing under area scoring and
keeps it from arguing about dead stones with engines that see them differently. And it must not take the
tree's word for a win that lives on its own dead stones: nobody else would count it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tessera.interfaces.player import Options
from tessera.rules.benson import components, pass_alive
from tessera.rules.coords import BLACK, EMPTY, opponent
from tessera.rules.endgame import judge
from tessera.rules.scoring import score

if TYPE_CHECKING:
    from tessera.interfaces.analysis import Analysis
    from tessera.rules.game import Game

CLOSE = 0.03
"""How much winrate playing on instead of passing may cost."""
HOPE = 0.1
"""How much more than passing a move must promise where the tree's value of passing is not to be believed."""


def pointless(game: Game, color: int) -> list[int]:
    """Empty points inside unconditionally alive territory of either side: no move there can gain anything.

    A part of the own territory in which an enemy stone is still to be taken is left open.
    """
    stones = game.stones.tolist()
    mine = pass_alive(stones, game.size, color).territory
    theirs = pass_alive(stones, game.size, opponent(color)).territory
    parts = components(game.size, lambda p: p in mine, lambda p, q: True)
    clean = (part for part in parts if all(stones[p] == EMPTY for p in part))
    return [p for p in theirs.union(*clean) if stones[p] == EMPTY]


def believed_value(game: Game, color: int) -> float | None:
    """What passing now brings, 1 a win and 0.5 a draw, where the tree would think too much of it; else None.

    That is so when the opponent has passed and the board as it stands is better for `color` than without
    the dead stones.
    """
    if game.passes != 1:
        return None
    standing, judged = (_value(margin, color) for margin in (score(game).margin, _judged(game)))
    return judged if judged < standing else None


def _judged(game: Game) -> float:
    return score(game, judge(game).dead_points).margin


def _value(margin: float, color: int) -> float:
    """1, 0.5 or 0 for `color`; `margin` is Black's."""
    return 0.5 + 0.5 * float(np.sign(margin)) * (1 if color == BLACK else -1)


def decide(game: Game, analysis: Analysis, temperature: float, random: np.random.Generator, options: Options) -> int:
    """The move to play: most visited (or drawn by visits), except that a pass must be sane."""
    choice = _draw(analysis, temperature, random)
    value = believed_value(game, analysis.color) if _may_pass(game, options) else None
    if value is not None and choice != game.points:
        # The search was not shown the pass. Where nothing promises more than it brings, the game is over.
        return choice if analysis.moves[0].winrate > value + HOPE else game.points
    if choice != game.points or not _unsettled(game, analysis, options):
        return choice
    for move in analysis.moves:
        if move.point != game.points and move.winrate >= analysis.moves[0].winrate - CLOSE:
            return move.point
    return choice


def _may_pass(game: Game, options: Options) -> bool:
    return game.points not in options.avoid and (not options.allow or game.points in options.allow)


def _draw(analysis: Analysis, temperature: float, random: np.random.Generator) -> int:
    if temperature <= 0.0 or len(analysis.moves) < 2:
        return analysis.moves[0].point
    visits = np.array([max(move.visits, 1e-3) for move in analysis.moves])
    weights = (visits / visits.max()) ** (1.0 / temperature)
    return analysis.moves[int(random.choice(len(weights), p=weights / weights.sum()))].point


def _unsettled(game: Game, analysis: Analysis, options: Options) -> bool:
    """Whether passing now would leave something to argue about."""
    if game.passes == 1 and not options.fast_cleanup:
        # The opponent has passed: passing too ends the game as it stands. Do so only for a win by counting,
        # or when the network sees no more than the count does.
        return _value(score(game).margin, analysis.color) < 1 and analysis.winrate > 0.5
    stones = game.stones
    return any(stones[point] == opponent(analysis.color) for point in judge(game).dead_points)

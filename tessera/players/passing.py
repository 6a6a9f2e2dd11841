"""When to pass, and which moves are not worth considering: a finished game must look finished to both sides.

Inside a search tree two passes end the game and every stone on the board counts as alive. So a player who
wants its due has to take dead enemy stones off before passing, which costs nothing under area scoring and
keeps it from arguing about dead stones with engines that see them differently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tessera.gtp import endgame
from tessera.interfaces.player import Options
from tessera.rules.benson import components, pass_alive
from tessera.rules.coords import BLACK, EMPTY, opponent
from tessera.rules.scoring import score

if TYPE_CHECKING:
    from tessera.interfaces.analysis import Analysis
    from tessera.interfaces.player import Player
    from tessera.rules.game import Game

CLOSE = 0.03
"""How much winrate playing on instead of passing may cost."""
DECIDED = 0.8
"""Ownership from which a stone of the other side counts as dead."""


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


def claims_too_much(game: Game, color: int, judge: Player) -> bool:
    """Whether passing now would win only by counting stones that are dead to the judge (a network's policy).

    The opponent has passed. Ending the game here would be a quarrel about dead stones, lost with everybody
    who sees them; playing on costs nothing under area scoring.
    """
    sign = 1 if color == BLACK else -1
    if sign * score(game).margin <= 0:
        return False
    return sign * score(game, endgame.judge(game, endgame.opinion(judge, game)).dead_points).margin <= 0


def decide(game: Game, analysis: Analysis, temperature: float, random: np.random.Generator, options: Options) -> int:
    """The move to play: most visited (or drawn by visits), except that a pass must be sane."""
    choice = _draw(analysis, temperature, random)
    if choice != game.points:
        return choice
    if not _unsettled(game, analysis, options):
        return choice
    for move in analysis.moves:
        if move.point != game.points and move.winrate >= analysis.moves[0].winrate - CLOSE:
            return move.point
    return choice


def _draw(analysis: Analysis, temperature: float, random: np.random.Generator) -> int:
    if temperature <= 0.0 or len(analysis.moves) < 2:
        return analysis.moves[0].point
    visits = np.array([max(move.visits, 1e-3) for move in analysis.moves])
    weights = (visits / visits.max()) ** (1.0 / temperature)
    return analysis.moves[int(random.choice(len(weights), p=weights / weights.sum()))].point


def _unsettled(game: Game, analysis: Analysis, options: Options) -> bool:
    """Whether passing now would leave something to argue about."""
    stones = game.stones
    sign = np.where(stones == analysis.color, 1.0, -1.0)
    dead = (stones != EMPTY) & (sign * analysis.ownership < -DECIDED)
    if options.fast_cleanup:
        return bool((dead & (stones == opponent(analysis.color))).any())
    if game.passes == 1:
        # The opponent has passed: passing too ends the game as it stands. Do so only for a win by counting,
        # or when the network sees no more than the count does.
        margin = score(game).margin * (1 if analysis.color == BLACK else -1)
        return margin <= 0 and analysis.winrate > 0.5
    return bool((dead & (stones == opponent(analysis.color))).any())

"""When to pass, and which moves are not worth considering: one rule, the one that scores.

Once a board looks finished, `ending` asks the referee's own judge (`rules.endgame`) which stones are dead. The
search takes these off wherever two passes end a line, so a pass is worth in the tree what it will be worth in the
count, and nobody has to capture what is dead anyway. When by that verdict there is nothing left to gain, the search
is shown the pass first (`prior`), and `decide` passes unless another move promises more.

Only `kgs-genmove_cleanup` (`Options.fast_cleanup`) is different: it takes dead stones off until none is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.player import Options
from tessera.rules.benson import chains, components, neighbours, pass_alive
from tessera.rules.coords import BLACK, EMPTY, WHITE, opponent
from tessera.rules.endgame import Status, judge

if TYPE_CHECKING:
    from tessera.interfaces.analysis import Analysis, MoveInfo
    from tessera.rules.game import Game

Opinion = Callable[["Game", int], Sequence[float]]
"""(game, side to play) -> ownership [P], -1..1 with +1 for Black."""

FILLED = 1 / 3
"""Share of a board's points with stones on them before which no game is finished, unless somebody passed."""
SURE = 0.5
"""How surely an opinion must give a point to its owner before it counts as settled."""
CLOSE = 0.03
"""How much winrate passing may cost where nothing is left to gain."""
POINTS = 0.75
"""The same in points: less than any move that gains."""
HOPE, HOPED_POINTS = 0.25, 2.0
"""How much more than passing a move must promise once the opponent has passed: what passing brings is then counted,
and what the move brings is a guess."""
PRIOR = 0.5
"""The least share of the policy a pass has where all is settled; where only the score can tell, a fifth of it."""


@dataclass(frozen=True)
class Ending:
    """A board that looks finished, as the one to move sees it."""

    status: Status
    dead: NDArray[np.int8]
    """[P] the colour of dead stones, 0 elsewhere."""
    settled: bool
    """Whether no move gains anything by the rule that scores."""


def ending(game: Game, color: int, opinion: Opinion | None = None) -> Ending | None:
    """The verdict on a board that looks finished; None while it is open."""
    stones = game.stones
    if game.passes == 0 and np.count_nonzero(stones) < FILLED * game.points:
        return None
    ownership = None if opinion is None else opinion(game, color)
    status = judge(game, ownership)
    dead = np.zeros(game.points, np.int8)
    for point in status.dead_points:
        dead[point] = stones[point]
    return Ending(status, dead, _settled(game, status, dead, ownership))


def _settled(game: Game, status: Status, dead: NDArray[np.int8], ownership: Sequence[float] | None) -> bool:
    """Whether every point has its owner, and is worth nothing where it has none."""
    size, stones = game.size, np.where(dead == EMPTY, game.stones, EMPTY).tolist()
    if not {BLACK, WHITE} <= set(stones):
        return status.settled
    proved = pass_alive(stones, size, BLACK).territory | pass_alive(stones, size, WHITE).territory
    seki = {point for chain in status.seki for point in chain}
    if ownership is not None and any(_doubtful(chain, game, ownership) for chain in chains(stones, size)):
        return False
    for region in components(size, lambda p: stones[p] == EMPTY, lambda p, q: True):
        border = {q for p in region for q in neighbours(p, size) if stones[q] != EMPTY}
        colors = {stones[q] for q in border}
        if len(colors) == 2:
            # Neutral points are worth one each under area scoring, but for those that nobody may fill.
            if game.rules.scoring == "area" and not border <= seki:
                return False
        elif ownership is not None and not region <= proved:
            sign = 1 if colors == {BLACK} else -1
            if any(sign * ownership[p] < SURE for p in region):
                return False
    return True


def _doubtful(chain: frozenset[int], game: Game, ownership: Sequence[float]) -> bool:
    """Whether the network thinks that a chain that was judged alive is more likely dead."""
    share = sum(ownership[point] for point in chain)
    return (share if game.stones[min(chain)] == BLACK else -share) < 0


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


def prior(game: Game, end: Ending | None, options: Options) -> float:
    """The least share of the policy that passing deserves at the root."""
    if end is None or options.fast_cleanup or not may_pass(game, options):
        return 0.0
    if end.settled:
        return PRIOR
    return 0.2 * PRIOR if game.rules.scoring == "territory" else 0.0


def decide(
    game: Game,
    analysis: Analysis,
    end: Ending | None,
    temperature: float,
    random: np.random.Generator,
    options: Options,
) -> int:
    """The move to play: most visited (or drawn by visits), except that a game that is finished is passed."""
    choice, best = _draw(analysis, temperature, random), analysis.moves[0]
    if end is None or options.fast_cleanup or not may_pass(game, options):
        return choice
    passing = next((move for move in analysis.moves if move.point == game.points), None)
    if passing is None:
        return choice
    if end.settled and costs_nothing(passing, best, counted=game.passes > 0):
        return game.points
    if game.rules.scoring == "territory":
        # Every stone in one's own area costs a point, which the win rate may be too sure of itself to tell.
        known = [move for move in analysis.moves if move.visits >= 0.1 * best.visits and costs_nothing(move, best)]
        if passing in known and passing.score >= max(move.score for move in known):
            return game.points
    return choice


def may_pass(game: Game, options: Options) -> bool:
    return game.points not in options.avoid and (not options.allow or game.points in options.allow)


def costs_nothing(move: MoveInfo, best: MoveInfo, *, counted: bool = False) -> bool:
    """Whether a move keeps what the best one promises; `counted`: it is a pass that ends the game."""
    winrate, points = (HOPE, HOPED_POINTS) if counted else (CLOSE, POINTS)
    return move.winrate >= best.winrate - winrate and move.score >= best.score - points


def cleaning(game: Game, color: int, end: Ending | None, options: Options) -> set[int]:
    """Where a cleanup must play now: liberties of dead stones of the other side; none when all are off."""
    if not options.fast_cleanup:
        return set()
    dead = (judge(game) if end is None else end.status).dead_points
    stones = game.stones
    theirs = [point for point in dead if stones[point] == opponent(color)]
    legal = game.legal_mask(color)
    return {q for p in theirs for q in neighbours(p, game.size) if stones[q] == EMPTY and legal[q]}


def _draw(analysis: Analysis, temperature: float, random: np.random.Generator) -> int:
    if temperature <= 0.0 or len(analysis.moves) < 2:
        return analysis.moves[0].point
    visits = np.array([max(move.visits, 1e-3) for move in analysis.moves])
    weights = (visits / visits.max()) ** (1.0 / temperature)
    return analysis.moves[int(random.choice(len(weights), p=weights / weights.sum()))].point

"""When to pass, and which moves are not worth considering: the whole rule, for every player that asks a network.

A player calls, in this order:

`position`  the row the network or the search is shown. Who asks for a move after two passes wants the game to go on.
`ending`    the verdict on a board that looks finished: which stones are dead, by the referee's own judge
            (`rules.endgame`), and whether anything is left to gain. It is found when somebody asks, for it is dear.
`restrict`  takes moves out of the root's policy: those the caller rules out, those inside territory that is alive
            without condition, in a cleanup all but the capture of dead stones. When nothing is left to gain it puts
            the pass forward.
`decide`    the move: most visited or drawn by visits, but a pass in a finished game unless a move promises more.

In between the search counts a line that two passes end without the stones of `Ending.dead` (`search.search.finish`),
so a pass is worth in the tree what it will be worth in the count, and nobody has to capture what is dead anyway.
A player without a tree asks `is_finished` and `pass_keeps` in place of `decide`.

Only `kgs-genmove_cleanup` (`Options.fast_cleanup`) is different: it takes dead stones off until none is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.player import Options
from tessera.players.banning import ban
from tessera.rules.benson import PassAlive, chains, components, neighbours, pass_alive
from tessera.rules.coords import BLACK, EMPTY, WHITE, opponent
from tessera.rules.endgame import Status, judge, seki_points
from tessera.rules.layout import PASSES, TO_PLAY, TURNS, meta_at

if TYPE_CHECKING:
    from tessera.interfaces.analysis import Analysis, MoveInfo
    from tessera.rules.game import Game

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


def position(game: Game, color: int) -> NDArray[np.int32]:
    """[S] the game's row with `color` to play, and the game going on."""
    state, meta = game.state.copy(), meta_at(game.size)
    if state[meta + TO_PLAY] != color:
        state[meta + TO_PLAY], state[meta + TURNS] = color, 0
    if state[meta + PASSES] >= 2:
        state[meta + PASSES] = 0
    return state


class Valued(Protocol):
    """A position with what it is worth to the side to play."""

    @property
    def winrate(self) -> float: ...
    @property
    def score(self) -> float: ...


class Ending:
    """A board that looks finished, as a network's `ownership` [P] (-1..1, +1 for Black) lets us see it."""

    def __init__(self, game: Game, ownership: Sequence[float] | None) -> None:
        self._game, self._ownership = game.copy(), ownership

    @cached_property
    def status(self) -> Status:
        """The status of every chain. Takes many playouts where a chain is proved neither alive nor dead."""
        return judge(self._game, self._ownership)

    @cached_property
    def dead(self) -> NDArray[np.int8]:
        """[P] the colour of dead stones, 0 elsewhere."""
        dead = np.zeros(self._game.points, np.int8)
        for point in self.status.dead_points:
            dead[point] = self._game.stones[point]
        return dead

    @cached_property
    def settled(self) -> bool:
        """Whether no move gains anything by the rule that scores."""
        game, ownership = self._game, self._ownership
        if ownership is not None and not _seems_settled(game, ownership):
            return False
        return _settled(game, self.status, self.dead, ownership)


def looks_finished(game: Game) -> bool:
    return game.passes > 0 or bool(np.count_nonzero(game.state[: game.points]) >= FILLED * game.points)


def ending(game: Game, ownership: Sequence[float] | None = None) -> Ending | None:
    """The verdict on a board that looks finished; None while it is open."""
    return Ending(game, ownership) if looks_finished(game) else None


def _seems_settled(game: Game, ownership: Sequence[float]) -> bool:
    """Whether the network sees a settled board too: its word alone, and proof, without playouts.

    It is asked first, for it takes a tenth of the time and nearly always says no.
    """
    size, stones = game.size, game.stones.tolist()
    safe = proved(game)
    dead = np.zeros(game.points, np.int8)
    for chain in chains(stones, size):
        color = stones[min(chain)]
        lost = chain <= safe[opponent(color)].territory
        if lost or (not chain <= safe[color].stones and _doubtful(chain, game, ownership)):
            dead[list(chain)] = color
    left = np.where(dead == EMPTY, stones, EMPTY).tolist()
    if not {BLACK, WHITE} <= set(left):
        return True
    seki = seki_points(left, size, safe[BLACK].stones | safe[WHITE].stones)
    return _all_owned(game, left, seki, ownership)


def proved(game: Game) -> Mapping[int, PassAlive]:
    """What each colour owns whatever the other does."""
    return _proved(game.state[: game.points].tobytes(), game.size)


@lru_cache(maxsize=512)
def _proved(board: bytes, size: int) -> Mapping[int, PassAlive]:
    stones = np.frombuffer(board, np.int32)
    return {color: pass_alive(stones, size, color) for color in (BLACK, WHITE)}


def _settled(game: Game, status: Status, dead: NDArray[np.int8], ownership: Sequence[float] | None) -> bool:
    """Whether every point has its owner, and is worth nothing where it has none."""
    size, stones = game.size, np.where(dead == EMPTY, game.stones, EMPTY).tolist()
    if not {BLACK, WHITE} <= set(stones):
        return status.settled
    if ownership is not None and any(_doubtful(chain, game, ownership) for chain in chains(stones, size)):
        return False
    return _all_owned(game, stones, status.seki_points, ownership)


def _all_owned(game: Game, stones: Sequence[int], seki: frozenset[int], ownership: Sequence[float] | None) -> bool:
    """Whether each empty region has its owner, or is worth nothing; dead ones are off the board `stones` [P]."""
    size = game.size
    territory = pass_alive(stones, size, BLACK).territory | pass_alive(stones, size, WHITE).territory
    for region in components(size, lambda p: stones[p] == EMPTY, lambda p, q: True):
        border = {q for p in region for q in neighbours(p, size) if stones[q] != EMPTY}
        colors = {stones[q] for q in border}
        if len(colors) == 2:
            # Neutral points are worth one each under area scoring, but for those that nobody may fill.
            if game.rules.scoring == "area" and not border <= seki:
                return False
        elif ownership is not None and not region <= territory:
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
    safe = proved(game)
    mine, theirs = safe[color].territory, safe[opponent(color)].territory
    if not mine and not theirs:
        return []
    stones = game.stones.tolist()
    parts = components(game.size, lambda p: p in mine, lambda p, q: True)
    clean = (part for part in parts if all(stones[p] == EMPTY for p in part))
    return [p for p in theirs.union(*clean) if stones[p] == EMPTY]


def unwanted(game: Game, color: int, end: Ending | None, options: Options) -> set[int]:
    """Moves, P for pass, that the caller rules out or that cannot matter any more."""
    banned = set(options.avoid) | set(pointless(game, color))
    for only in (cleaning(game, color, end, options), options.allow):
        if only:
            banned |= set(range(game.points + 1)).difference(only)
    return banned


def restrict(
    prior: NDArray[np.float32], game: Game, color: int, end: Ending | None, options: Options, *, choosing: bool
) -> None:
    """Take unwanted moves out of a root's prior [A]. To choose a move of a finished game the pass is put forward."""
    if banned := unwanted(game, color, end, options):
        ban(prior, banned)
    share = _pass_share(game, end, options) if choosing else 0.0
    if prior[game.points] < share < 1.0:
        prior[: game.points] *= (1.0 - share) / max(1e-9, 1.0 - float(prior[game.points]))
        prior[game.points] = share


def _pass_share(game: Game, end: Ending | None, options: Options) -> float:
    """The least share of the policy that passing deserves at the root."""
    if is_finished(game, end, options):
        return PRIOR
    possible = end is not None and not options.fast_cleanup and may_pass(game, options)
    return 0.2 * PRIOR if possible and game.rules.scoring == "territory" else 0.0


def is_finished(game: Game, end: Ending | None, options: Options) -> bool:
    """Whether a pass is allowed and nothing is left to gain."""
    return end is not None and not options.fast_cleanup and may_pass(game, options) and end.settled


def pass_keeps(now: Valued, then: Valued) -> bool:
    """Whether the mover thinks no less of a position after its pass; `then` is the other side's view of that."""
    return 1.0 - then.winrate >= now.winrate - CLOSE and -then.score >= now.score - POINTS


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

"""Counting a game that two passes ended: which stones are dead?

First by agreement: both engines list the same dead stones. Else by playing on: both are asked for moves until
two more passes, and what then stands is alive. Where that fails too (an engine resigns, errs, breaks down, or
neither will stop), by playouts (`rules.endgame`). The score itself is always our count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tessera.errors import EngineError, IllegalMove
from tessera.interfaces.player import RESIGN, Limits, Options
from tessera.match.player import STATUS, EnginePlayer
from tessera.rules.benson import chains
from tessera.rules.coords import EMPTY, vertex
from tessera.rules.endgame import judged_score
from tessera.rules.game import Game
from tessera.rules.scoring import Score, score

PLAY_ON = 2
"""Moves per point of the board within which playing on must end."""
CLEAN_UP = Options(fast_cleanup=True)


@dataclass(frozen=True)
class Counted:
    """A counted game."""

    score: Score
    note: str
    """How the dead stones were settled."""
    game: Game
    """With the moves of playing on, where those decided."""


class _Failed(Exception):
    """Playing on did not come to an end."""


def count(game: Game, players: Mapping[int, EnginePlayer]) -> Counted:
    """Settle and count a game after two passes; `game` itself is unchanged. Raises nothing an engine does."""
    dead = _agreed(game, players)
    if dead is not None:
        return Counted(score(game, dead), "dead stones agreed", game)
    try:
        return _played_on(game, players)
    except _Failed as failure:
        return Counted(judged_score(game), f"dead stones by playouts, for {failure}", game)


def _agreed(game: Game, players: Mapping[int, EnginePlayer]) -> frozenset[int] | None:
    """The dead stones both engines name; None where one cannot, or they differ, or name no stones."""
    if not all(player.engine.knows(STATUS) for player in players.values()):
        return None
    try:
        dead, *others = {player.dead_stones(game) for player in players.values()}
    except EngineError:
        return None
    return None if others else dead


def _played_on(game: Game, players: Mapping[int, EnginePlayer]) -> Counted:
    """The score after two more passes. Raises `_Failed`."""
    after = game.copy()
    limit = len(game.moves) + PLAY_ON * game.points
    passes = 0
    while passes < 2:
        if len(after.moves) >= limit:
            raise _Failed(f"playing on did not end within {limit - len(game.moves)} moves")
        passes = passes + 1 if _play(after, players[after.to_play]) == game.points else 0
    first = len(game.moves) + 1
    if game.rules.scoring == "area":
        return Counted(score(after), f"dead stones by playing on from move {first}", after)
    # Under territory scoring moves in one's own area cost points: only the fate of the stones is taken over.
    return Counted(score(game, _vanished(game, after)), f"dead stones by playing on, {_shown(game, after)}", game)


def _play(game: Game, player: EnginePlayer) -> int:
    """One move of playing on; returns its point. Raises `_Failed`."""
    try:
        point = player.choose(game, game.to_play, Limits(), options=CLEAN_UP).point
        if point == RESIGN:
            raise _Failed(f"{player.name} answered 'resign' when playing on")
        game.play(game.to_play, point)
    except IllegalMove as error:
        raise _Failed(f"{player.name} failed when playing on ({error})") from None
    except EngineError as error:
        raise _Failed(f"{player.name} failed when playing on ({' '.join(str(error).split())})") from None
    return point


def _vanished(game: Game, after: Game) -> frozenset[int]:
    """The stones of `game` whose chains hold none of their points any more."""
    before, now = game.stones.tolist(), after.stones.tolist()
    gone = (chain for chain in chains(before, game.size) if all(now[p] != before[p] for p in chain))
    return frozenset(point for chain in gone for point in chain if before[point] != EMPTY)


def _shown(game: Game, after: Game) -> str:
    """The moves of playing on, as text: they are no part of the game that is counted."""
    return " ".join(vertex(move.point, game.size) for move in after.moves[len(game.moves) :])

"""Counting a game that two passes ended: which stones are dead?

First by agreement: both engines list the same dead stones. Else by playing on: both are asked for moves until
two more passes, and what then stands is alive. Where that fails too (an engine resigns, errs, breaks down, or
neither will stop), by playouts (`rules.endgame`). The score itself is always our count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tessera.errors import BadValue, IllegalMove
from tessera.match.seat import LETTER, Malfunction, Seat
from tessera.rules.benson import chains
from tessera.rules.coords import EMPTY, opponent, parse_vertex, vertex
from tessera.rules.endgame import judged_score
from tessera.rules.game import Game
from tessera.rules.scoring import Score, score

PLAY_ON = 2
"""Moves per point of the board within which playing on must end."""
CLEANUP = "kgs-genmove_cleanup"
STATUS = "final_status_list"


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


def count(game: Game, seats: Mapping[int, Seat]) -> Counted:
    """Settle and count a game after two passes; `game` itself is unchanged. Raises nothing an engine does."""
    dead = _agreed(game, seats)
    if dead is not None:
        return Counted(score(game, dead), "dead stones agreed", game)
    try:
        return _played_on(game, seats)
    except _Failed as failure:
        return Counted(judged_score(game), f"dead stones by playouts, for {failure}", game)


def _agreed(game: Game, seats: Mapping[int, Seat]) -> frozenset[int] | None:
    """The dead stones both engines name; None where one cannot, or they differ, or name no stones."""
    if not all(seat.knows(STATUS) for seat in seats.values()):
        return None
    try:
        lists = {frozenset(_points(seat.ask(STATUS, "dead"), game.size)) for seat in seats.values()}
    except (Malfunction, BadValue):
        return None
    (dead, *others) = lists
    whole = frozenset(point for chain in chains(game.stones.tolist(), game.size) if chain & dead for point in chain)
    return dead if not others and whole == dead else None


def _points(answer: str, size: int) -> list[int]:
    return [parse_vertex(word, size) for word in answer.split()]


def _played_on(game: Game, seats: Mapping[int, Seat]) -> Counted:
    """The score after two more passes. Raises `_Failed`."""
    after = game.copy()
    limit = len(game.moves) + PLAY_ON * game.points
    passes = 0
    while passes < 2:
        if len(after.moves) >= limit:
            raise _Failed(f"playing on did not end within {limit - len(game.moves)} moves")
        passes = passes + 1 if _play(after, seats) == game.points else 0
    first = len(game.moves) + 1
    if game.rules.scoring == "area":
        return Counted(score(after), f"dead stones by playing on from move {first}", after)
    # Under territory scoring moves in one's own area cost points: only the fate of the stones is taken over.
    return Counted(score(game, _vanished(game, after)), f"dead stones by playing on, {_shown(game, after)}", game)


def _play(game: Game, seats: Mapping[int, Seat]) -> int:
    """One move of playing on; returns its point. Raises `_Failed`."""
    color = game.to_play
    seat, other = seats[color], seats[opponent(color)]
    try:
        answer = seat.ask(CLEANUP if seat.knows(CLEANUP) else "genmove", LETTER[color])
        point = parse_vertex(answer, game.size)
        game.play(color, point)
        other.ask("play", LETTER[color], vertex(point, game.size))
    except BadValue:
        raise _Failed(f"{seat.name} answered {answer[:20]!r} when playing on") from None
    except IllegalMove:
        raise _Failed(f"{seat.name} played the illegal move {answer[:20]} when playing on") from None
    except Malfunction as error:
        raise _Failed(f"{seats[error.color].name} broke down when playing on ({error})") from None
    return point


def _vanished(game: Game, after: Game) -> frozenset[int]:
    """The stones of `game` whose chains hold none of their points any more."""
    before, now = game.stones.tolist(), after.stones.tolist()
    gone = (chain for chain in chains(before, game.size) if all(now[p] != before[p] for p in chain))
    return frozenset(point for chain in gone for point in chain if before[point] != EMPTY)


def _shown(game: Game, after: Game) -> str:
    """The moves of playing on, as text: they are no part of the game that is counted."""
    return " ".join(vertex(move.point, game.size) for move in after.moves[len(game.moves) :])

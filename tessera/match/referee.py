"""One game between two GTP engines, refereed by our rules; what engines think of the result is not asked.

An illegal move forfeits the game ('W+F'), so does the clock ('W+T'). A crash, a hang or a broken protocol makes
it void, with the player to blame. A game that two passes end is counted as `ending` says; a game that will not
end is counted as it stands. Nothing is replayed here and no process is ended: that is for who called.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from tessera.errors import BadValue, IllegalMove
from tessera.interfaces.arbiter import VOID, ArbiterContext, GameRecord, Task
from tessera.match.ending import count
from tessera.match.seat import LETTER, Malfunction, Seat, Speaker
from tessera.match.timekeeper import Timekeeper
from tessera.rules.coords import BLACK, WHITE, opponent, parse_vertex, vertex
from tessera.rules.game import Game
from tessera.rules.scoring import score
from tessera.seeds import seed_of

LAG = 0.5
"""Seconds a side may be over its time before the flag falls."""
LONGEST = 4
"""Moves per point of the board after which a game is stopped and counted as it stands."""


@dataclass(frozen=True)
class End:
    """How a game ended."""

    result: str
    note: str = ""


def play_game(
    task: Task,
    speakers: Mapping[int, Speaker],
    context: ArbiterContext,
    *,
    lag: float = LAG,
    longest: int = LONGEST,
) -> GameRecord:
    """Play one game. `speakers` maps BLACK and WHITE to the engines; a malfunction is a void record.

    `lag` and `longest` are as LAG and LONGEST. A reply is waited for `context.patience` seconds, on a move beyond
    what the clock allows. Raises `BadValue` or `IllegalMove` for an opening that is not legal.
    """
    return _Referee(task, speakers, context, lag=lag, longest=longest).record()


def void_record(
    task: Task,
    context: ArbiterContext,
    culprit: str,
    note: str,
    game: Game | None = None,
    seconds: Mapping[int, float] = {},
) -> GameRecord:
    """The record of a game that counts for nobody."""
    return _record(task, context, End(VOID, note), game, seconds, culprit)


class _Referee:
    """The state of one game."""

    def __init__(
        self, task: Task, speakers: Mapping[int, Speaker], context: ArbiterContext, *, lag: float, longest: int
    ) -> None:
        self.task = task
        self.context = context
        names = {BLACK: task.black, WHITE: task.white}
        self.seats = {color: Seat(color, names[color], speakers[color]) for color in (BLACK, WHITE)}
        self.game = Game(context.size, rules=context.rules, komi=context.komi)
        self.clock = Timekeeper(context.time, lag=lag)
        self.seconds = {BLACK: 0.0, WHITE: 0.0}
        for color, point in task.opening.moves:
            self.game.play(color, point)
        self.longest = max(len(self.game.moves), longest * self.game.points)

    def record(self) -> GameRecord:
        try:
            self._begin()
            end = self._play()
        except Malfunction as error:
            culprit = self.seats[error.color].name
            return void_record(self.task, self.context, culprit, str(error), self.game, self.seconds)
        return _record(self.task, self.context, end, self.game, self.seconds)

    def _begin(self) -> None:
        task = self.task
        for color, seat in self.seats.items():
            seat.begin(self.context, seed_of(self.context.seed, task.number, task.attempt, color))
            for move in self.game.moves:
                seat.ask("play", LETTER[move.color], vertex(move.point, self.game.size))

    def _play(self) -> End:
        while not self.game.is_over:
            if len(self.game.moves) >= self.longest:
                return End(str(score(self.game)), f"stopped after {self.longest} moves and counted as it stood")
            end = self._turn(self.game.to_play)
            if end is not None:
                return end
        counted = count(self.game, self.seats)
        self.game = counted.game
        return End(str(counted.score), counted.note)

    def _turn(self, color: int) -> End | None:
        """Let a side move; the end of the game if that ended it before two passes."""
        seat, winner = self.seats[color], " BW"[opponent(color)]
        answer, used = self._genmove(seat)
        if not self.clock.spend(color, used):
            return End(f"{winner}+T", f"{seat.name} was over its time, with {used:.1f} s for the last move")
        if answer.lower() == "resign":
            return End(f"{winner}+R")
        try:
            point = parse_vertex(answer, self.game.size)
        except BadValue:
            raise Malfunction(color, f"{seat.name}: {answer[:40]!r} is no move") from None
        try:
            self.game.play(color, point)
        except IllegalMove as error:
            return End(f"{winner}+F", f"{seat.name}: {error}")
        self.seats[opponent(color)].ask("play", LETTER[color], vertex(point, self.game.size))
        return None

    def _genmove(self, seat: Seat) -> tuple[str, float]:
        """The answer and the seconds it took."""
        left = self.clock.left(seat.color)
        if left is not None and seat.knows("time_settings") and seat.knows("time_left"):
            seat.ask("time_left", LETTER[seat.color], *left)
        deadline = self.context.patience + (self.clock.allowed(seat.color) or 0.0)
        started = time.monotonic()
        try:
            answer = seat.ask("genmove", LETTER[seat.color], timeout=deadline)
        finally:
            used = time.monotonic() - started
            self.seconds[seat.color] += used
        return answer, used


def _record(
    task: Task,
    context: ArbiterContext,
    end: End,
    game: Game | None,
    seconds: Mapping[int, float],
    culprit: str = "",
) -> GameRecord:
    moves = task.opening.moves if game is None else tuple((move.color, move.point) for move in game.moves)
    return GameRecord(
        number=task.number,
        black=task.black,
        white=task.white,
        result=end.result,
        moves=moves,
        size=context.size,
        komi=context.komi,
        rules=context.rules.name,
        opening=task.opening.name,
        seconds=(seconds.get(BLACK, 0.0), seconds.get(WHITE, 0.0)),
        attempt=task.attempt,
        note=end.note,
        culprit=culprit,
    )

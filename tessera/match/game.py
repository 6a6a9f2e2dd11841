"""One game between two players, move by move: what `selfplay`, `demo`, `play` and the referee of engines run.

Our rules decide. A game ends by two passes, a resignation, a forfeit (an illegal move, which only an external
engine can make), a clock that ran out, or at a length no sensible game reaches. After two passes it is counted
without the stones that are dead by proof, or by playouts and what the players' networks expect (`rules.endgame`);
at that length, as it stands.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tessera.clock import Clock
from tessera.errors import IllegalMove
from tessera.interfaces.analysis import Analysis
from tessera.interfaces.player import (
    PLAYED_OUT,
    RESIGN,
    Choice,
    Foresight,
    Limits,
    OnReport,
    Options,
    Player,
    Watch,
)
from tessera.rules.coords import BLACK, WHITE, opponent
from tessera.rules.endgame import judged_score
from tessera.rules.game import Game
from tessera.rules.scoring import score

LETTERS = " BW"
LONGEST = 4
"""Moves per point of the board after which a game is stopped and counted as it stands."""


@dataclass(frozen=True)
class Side:
    """Who plays a colour, and how long it may think."""

    name: str
    player: Player | None
    """None for a person, whose moves come by `Match.make`."""
    limits: Limits
    options: Options = PLAYED_OUT


@dataclass(frozen=True)
class Turn:
    """One move as it was played."""

    color: int
    point: int
    """0..P-1, P for a pass, or RESIGN."""
    analysis: Analysis | None
    """What the mover thought, from its own view."""
    seconds: float

    @property
    def black_winrate(self) -> float | None:
        """What the mover thought, as Black's win rate."""
        if self.analysis is None:
            return None
        return self.analysis.winrate if self.color == BLACK else 1 - self.analysis.winrate


@dataclass(frozen=True)
class RandomOpening:
    """First moves drawn at random, in proportion to weight ** (1 / temperature), so that games differ."""

    random: random.Random
    moves: int
    temperature: float

    def draw(self, game: Game, choice: Choice) -> int:
        """The chosen move, or another one while the opening lasts. Never a pass in place of a move."""
        analysis = choice.analysis
        if len(game.moves) >= self.moves or analysis is None or choice.point in (RESIGN, game.points):
            return choice.point
        moves = [move for move in analysis.moves if move.point != game.points and move.weight > 0]
        if not moves:
            return choice.point
        top = max(move.weight for move in moves)
        weights = [(move.weight / top) ** (1 / self.temperature) for move in moves]
        return self.random.choices(moves, weights)[0].point


class Match:
    """A game being played. `turns` are the moves so far, `result` is '?' until the game is over."""

    def __init__(
        self,
        game: Game,
        sides: Mapping[int, Side],
        *,
        opening: RandomOpening | None = None,
        clock: Clock | None = None,
        longest: int | None = None,
    ) -> None:
        """Without a `clock` nobody loses on time; `longest` is as LONGEST."""
        self.game = game
        self.sides = sides
        self.turns: list[Turn] = []
        self.result = "?"
        self.note = ""
        """Why the game ended in an unusual way."""
        self.seconds = {BLACK: 0.0, WHITE: 0.0}
        """Thinking time so far, that of a move that never came included."""
        self.clock = clock or Clock()
        self._opening = opening
        self._longest = max(len(game.moves), (longest or LONGEST) * game.points)

    @property
    def is_over(self) -> bool:
        """Whether no more moves are to be played."""
        return bool(self.note) or self.result != "?" or self.game.is_over

    def play(self, report: OnReport | None = None, *, interval: float = 1.0) -> Turn:
        """Let the side to play make its move. `report` hears what it thinks meanwhile."""
        color = self.game.to_play
        side = self.sides[color]
        assert side.player is not None, "a person's moves are made, not played"
        start = time.monotonic()
        watch = Watch(report=report, interval=interval)
        try:
            choice = side.player.choose(self.game, color, side.limits, options=side.options, watch=watch)
        finally:
            used = time.monotonic() - start
            self.seconds[color] += used
        point = self._opening.draw(self.game, choice) if self._opening else choice.point
        turn = Turn(color=color, point=point, analysis=choice.analysis, seconds=used)
        if self.clock.moved(color, used):
            self.make(turn)
        else:
            self._lose(turn, "T", f"{side.name} was over its time, with {used:.1f} s for the last move")
        return turn

    def make(self, turn: Turn) -> None:
        """Put a turn on the board; an illegal move or a resignation ends the game."""
        if turn.point == RESIGN:
            self._lose(turn, "R")
            return
        try:
            self.game.play(turn.color, turn.point)
        except IllegalMove as error:
            self._lose(turn, "F", f"{self.sides[turn.color].name}: {error}")
            return
        self.turns.append(turn)
        if len(self.game.moves) >= self._longest and not self.game.is_over:
            self.note = f"stopped after {self._longest} moves and counted as it stood"

    def _lose(self, turn: Turn, how: str, note: str = "") -> None:
        """The turn ends the game and is not put on the board."""
        self.result, self.note = f"{LETTERS[opponent(turn.color)]}+{how}", note
        self.turns.append(turn)

    def undo(self) -> Turn:
        """Take back the last turn, and with it the end of the game."""
        turn = self.turns.pop()
        lost_by_it = self.result[1:] in ("+R", "+F", "+T")
        self.result, self.note = "?", ""
        if not lost_by_it:
            self.game.undo()
        return turn

    def count(self) -> str:
        """The result of a game that is over, counting the board where nobody has won yet."""
        assert self.is_over, "a game in progress has no result"
        if self.result == "?":
            self.result = str(judged_score(self.game, self._opinion()) if self.game.is_over else score(self.game))
        return self.result

    def _opinion(self) -> list[float] | None:
        return mean_owners(self.game, [side.player for side in self.sides.values()])


def mean_owners(game: Game, players: Iterable[object]) -> list[float] | None:
    """[P] who will own each point, +1 for Black, by the mean of the players that say so; None where nobody does."""
    views = [player.expected_owners(game) for player in players if isinstance(player, Foresight)]
    return [sum(values) / len(views) for values in zip(*views, strict=True)] if views else None

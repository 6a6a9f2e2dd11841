"""A game between a person and the engine. Nothing here reads or prints; `play` does.

The engine's moves are made one by one as in `match`; a person may take moves back, ask for a hint or an
estimate, and go on after the count when the dead stones are disputed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tessera.cli.review import owned
from tessera.errors import IllegalMove
from tessera.gtp.resign import ResignRule, Thought, should_resign
from tessera.interfaces.player import RESIGN, Limits, Player
from tessera.match.game import Match, Side, Turn
from tessera.rules.coords import BLACK, opponent
from tessera.rules.endgame import judge

if TYPE_CHECKING:
    from tessera.interfaces.analysis import Analysis
    from tessera.rules.game import Game

ADVICE = Limits(visits=100)
"""How long hints and estimates are thought about, whatever the level of play."""


@dataclass(frozen=True)
class Estimate:
    """Who is ahead, as the engine sees it with all its strength."""

    winrate: float
    """Black's, 0..1."""
    lead: float
    """Black's, in points."""
    area: tuple[int, ...]
    """[P] EMPTY, BLACK or WHITE: who will own the point, EMPTY while it is open."""


class PlayTable:
    """One game. `match` holds the moves; `person` is the person's colour."""

    def __init__(
        self, game: Game, *, person: int, engine: Side, adviser: Callable[[], Player], resigns: bool = True
    ) -> None:
        self.person = person
        self.match = Match(game, {person: Side("You", None, Limits()), opponent(person): engine})
        self._engine = engine
        self._adviser = adviser
        self._rule = ResignRule() if resigns else ResignRule(threshold=0.0)

    @property
    def game(self) -> Game:
        return self.match.game

    @property
    def is_persons_turn(self) -> bool:
        return not self.match.is_over and self.game.to_play == self.person

    def play(self, point: int) -> None:
        """The person's move or pass. Raises `IllegalMove`, and nothing has happened then."""
        if self.match.is_over:
            raise IllegalMove("the game is over: undo takes back the last move")
        self.game.copy().play(self.person, point)
        self.match.make(Turn(self.person, point, None, 0.0))

    def resign(self) -> None:
        """The person gives up."""
        if self.match.is_over:
            raise IllegalMove("the game is over: undo takes back the last move")
        self.match.make(Turn(self.person, RESIGN, None, 0.0))

    def reply(self) -> Turn:
        """The engine's move, its resignation included."""
        color = opponent(self.person)
        engine = self._engine
        assert engine.player is not None
        choice = engine.player.choose(self.game, color, engine.limits, options=engine.options)
        turn = Turn(color, choice.point, choice.analysis, 0.0)
        if turn.analysis is not None and self._gives_up(turn):
            turn = Turn(color, RESIGN, choice.analysis, 0.0)
        self.match.make(turn)
        return turn

    def _gives_up(self, last: Turn) -> bool:
        turns = [*self.match.turns, last]
        thoughts = [
            Thought(number, turn.color, turn.analysis.winrate, turn.analysis.score)
            for number, turn in enumerate(turns)
            if turn.analysis is not None
        ]
        game = self.game
        return should_resign(self._rule, thoughts, last.color, points=game.points, handicap=game.handicap)

    def undo(self) -> int:
        """Take back up to and with the person's last move; returns how many moves. Raises `IllegalMove`."""
        if all(turn.color != self.person for turn in self.match.turns):
            raise IllegalMove("cannot undo: you have not moved yet")
        for count in range(1, len(self.match.turns) + 1):
            if self.match.undo().color == self.person:
                return count
        raise AssertionError("one of the turns was the person's")

    def hint(self) -> Analysis:
        """What the engine would play in the person's place, with all its strength."""
        return self._adviser().analyze(self.game, self.game.to_play, ADVICE)

    def estimate(self) -> Estimate:
        """Who is ahead and who will own what: counted when the game is over, else as the engine thinks."""
        game = self.game
        if game.is_over:
            from tessera.rules.scoring import score

            counted = score(game, self.dead)
            return Estimate(0.5 + 0.5 * float(np.sign(counted.margin)), counted.margin, tuple(counted.owner.tolist()))
        analysis = self._adviser().analyze(game, game.to_play, ADVICE)
        sign = 1 if analysis.color == BLACK else -1
        return Estimate(0.5 + sign * (analysis.winrate - 0.5), sign * analysis.score, owned(analysis))

    @property
    def dead(self) -> frozenset[int]:
        """Points of the stones that the count takes off the board as it stands."""
        return judge(self.game).dead_points

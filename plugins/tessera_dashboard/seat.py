"""A game between the reader and a checkpoint. No Streamlit here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tessera.cli.play_table import PlayTable
from tessera.interfaces.player import Limits, Player
from tessera.match.game import Side
from tessera.players.load import open_player
from tessera.rules.coords import BLACK, COLOR_NAMES, WHITE, vertex
from tessera.rules.game import Game

if TYPE_CHECKING:
    from tessera.plugins import Manager


class Seat:
    """The reader at the board; the engine answers in the same call."""

    def __init__(
        self, manager: Manager, checkpoint: Path | None, *, size: int, komi: float, person: int, visits: int, seed: int
    ) -> None:
        """With one visit the network plays its policy's best move, without a search."""
        self._player: Player = open_player(
            manager,
            checkpoint=None if checkpoint is None else str(checkpoint),
            player="search" if visits > 1 else "policy",
            evaluator="torch",
            seed=seed,
            size=size,
        )
        self.person = person
        engine = Side("Tessera", self._player, Limits(visits=visits))
        self.table = PlayTable(Game(size, komi=komi), person=person, engine=engine, adviser=lambda: self._player)
        self._answer()

    @property
    def game(self) -> Game:
        return self.table.game

    @property
    def moves(self) -> list[tuple[int, int]]:
        return [(move.color, move.point) for move in self.game.moves]

    def play(self, point: int) -> None:
        """The reader's move, P for a pass, and the answer. Raises `IllegalMove`, and nothing has happened then."""
        self.table.play(point)
        self._answer()

    def resign(self) -> None:
        self.table.resign()

    def undo(self) -> None:
        """Back to before the reader's last move. Raises `IllegalMove`."""
        self.table.undo()

    def _answer(self) -> None:
        if not self.table.match.is_over and not self.table.is_persons_turn:
            self.table.reply()

    @property
    def is_over(self) -> bool:
        return self.table.match.is_over

    def told(self) -> str:
        """What happened last, in a sentence."""
        match = self.table.match
        if match.is_over:
            result = match.count()
            return f"The game is over: {'a draw' if result == '0' else result}."
        if not match.turns:
            return "Your move: click on the board."
        last = match.turns[-1]
        word = "passes" if last.point == self.game.points else f"plays {vertex(last.point, self.game.size)}"
        return f"{COLOR_NAMES[last.color].capitalize()} {word}; your move."

    def winrate(self) -> float | None:
        """Black's, as the engine saw it at its last move."""
        return next((turn.black_winrate for turn in reversed(self.table.match.turns) if turn.analysis), None)

    def close(self) -> None:
        self._player.close()


def color_of(name: str) -> int:
    """BLACK for 'Black'."""
    return BLACK if name == "Black" else WHITE

"""A player at the board, as the referee sees it, and what a malfunction is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tessera.errors import EngineError, TesseraError
from tessera.rules.coords import BLACK, WHITE

if TYPE_CHECKING:
    from tessera.interfaces.arbiter import ArbiterContext

LETTER = {BLACK: "b", WHITE: "w"}


class Speaker(Protocol):
    """What speaks GTP for a player. Every method may raise `EngineError`."""

    def begin(self, context: ArbiterContext, seed: int) -> None:
        """The empty board of a new game, with komi, rules and time control."""
        ...

    def knows(self, command: str) -> bool:
        """Whether it listed a command."""
        ...

    def send(self, command: str, *args: object, timeout: float | None = None) -> str:
        """The text of a successful response."""
        ...


class Malfunction(TesseraError):
    """An engine crashed, hung, or broke the protocol: the game is void."""

    def __init__(self, color: int, reason: str) -> None:
        super().__init__(" ".join(reason.split()))
        self.color = color


class Seat:
    """One colour of one game. What goes wrong in its engine is a `Malfunction` of that colour."""

    def __init__(self, color: int, name: str, speaker: Speaker) -> None:
        self.color = color
        self.name = name
        self._speaker = speaker

    def begin(self, context: ArbiterContext, seed: int) -> None:
        try:
            self._speaker.begin(context, seed)
        except EngineError as error:
            raise Malfunction(self.color, str(error)) from None

    def knows(self, command: str) -> bool:
        return self._speaker.knows(command)

    def ask(self, command: str, *args: object, timeout: float | None = None) -> str:
        """The stripped answer."""
        try:
            return self._speaker.send(command, *args, timeout=timeout).strip()
        except EngineError as error:
            raise Malfunction(self.color, str(error)) from None

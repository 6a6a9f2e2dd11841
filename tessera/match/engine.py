"""A GTP engine as a process: started, brought to a game's first position, asked, and ended from any thread."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tessera.clock import NO_LIMIT, TimeControl
from tessera.errors import BadValue
from tessera.gtp.client import GtpClient
from tessera.match.launch import Launch
from tessera.match.logs import StderrLog
from tessera.rules.coords import BLACK, WHITE, vertex

if TYPE_CHECKING:
    from tessera.rules.game import Game

LETTER = {BLACK: "b", WHITE: "w"}


class EngineProcess:
    """Owns the process. Every command has a deadline: `patience` seconds unless it is given its own."""

    def __init__(
        self,
        launch: Launch,
        *,
        seed: int,
        patience: float,
        log: StderrLog | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start the process; no command is sent yet. Raises `EngineError` where it cannot be started."""
        command = launch.command(seed)
        if log is not None:
            log.write(f"--- {' '.join(command)}\n".encode("utf-8", "replace"))
        self.launch = launch
        self.client = GtpClient(
            command,
            name=launch.name,
            cwd=launch.folder,
            env=environment,
            timeout=patience,
            stderr=None if log is None else log.write,
        )
        self.title = self.version = ""
        self._commands: frozenset[str] = frozenset()
        self._closing = threading.Lock()

    def greet(self) -> None:
        """Ask who it is and what it knows, and send its setup. Raises `EngineError`."""
        self.title = self.send("name").strip()
        self.version = self.send("version").strip()
        self._commands = frozenset(self.send("list_commands").split())
        for line in self.launch.setup:
            self.send(line)

    def begin(self, game: Game, *, seed: int = 0, time: TimeControl = NO_LIMIT) -> None:
        """The position before the first move of `game`, and the time control. Raises `EngineError`."""
        self.send("boardsize", game.size)
        self.send("clear_board")
        self.send("komi", f"{game.komi:g}")
        self._set_up(game)
        for line in self.launch.new_game:
            self.send(line.replace("{seed}", str(seed)))
        if self.launch.seconds is not None:
            # Sent even to an engine that lists no such command: its refusal ends the game, where silence would let
            # it think as long as it likes.
            self.send("time_settings", 0, self.launch.seconds, 1)
        elif time.kind != "none" and self.knows("time_settings"):
            self.send("time_settings", *time_settings(time))

    def play(self, color: int, point: int, size: int) -> None:
        """Put a move on its board. Raises `EngineError`."""
        self.send("play", LETTER[color], vertex(point, size))

    def knows(self, command: str) -> bool:
        """Whether it listed a command."""
        return command in self._commands

    def send(self, command: str, *args: object, timeout: float | None = None) -> str:
        """The text of a successful response. Raises `EngineError`; its kind `EngineRefused` for '?'."""
        return self.client.send(command, *args, timeout=timeout)

    @property
    def alive(self) -> bool:
        """Whether it can be asked again."""
        return self.client.alive

    def close(self, *, quit_first: bool = True) -> None:
        """End it and all its children. Any thread may call this at any time; a `send` under way then raises."""
        with self._closing:
            self.client.close(quit_first=quit_first)

    def _set_up(self, game: Game) -> None:
        black = [vertex(point, game.size) for point, color in sorted(game.setup.items()) if color == BLACK]
        if game.handicap >= 2 and len(black) == len(game.setup):
            self.send("set_free_handicap", *black)
        else:
            for point, color in sorted(game.setup.items()):
                self.play(color, point, game.size)


def time_settings(control: TimeControl) -> tuple[int, int, int]:
    """A control in the words of GTP's `time_settings`. Raises `BadValue` where GTP has none for it."""
    if control.kind not in ("absolute", "canadian"):
        raise BadValue("time control", control.kind, "absolute, canadian")
    for name, value in (("main", control.main), ("period", control.period), ("stones", control.count)):
        if value < 0 or value != int(value):
            raise BadValue(f"time control: {name}", value, "0 or more, whole, as GTP counts them")
    if control.main == 0 and control.period == 0:
        raise BadValue("time control", control, "main time or overtime")
    return int(control.main), int(control.period), control.count

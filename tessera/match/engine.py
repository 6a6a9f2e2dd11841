"""One running GTP process of a league: started, brought to the rules, asked, and ended from any thread."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tessera.gtp.client import GtpClient
from tessera.match.launch import Launch
from tessera.match.logs import StderrLog

if TYPE_CHECKING:
    from tessera.interfaces.arbiter import ArbiterContext


class Engine:
    """Owns the process. Every command has a deadline: `patience` seconds unless it is given its own."""

    def __init__(
        self,
        launch: Launch,
        *,
        seed: int,
        log: StderrLog,
        patience: float,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start the process; it has not been spoken to. Raises `EngineError` where it cannot be started."""
        command = launch.command(seed)
        log.write(f"--- {' '.join(command)}\n".encode("utf-8", "replace"))
        self.launch = launch
        self.client = GtpClient(
            command, name=launch.name, cwd=launch.folder, env=environment, timeout=patience, stderr=log.write
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

    def begin(self, context: ArbiterContext, seed: int) -> None:
        """An empty board of the league's size and komi, and the time control. Raises `EngineError`."""
        self.send("boardsize", context.size)
        self.send("clear_board")
        self.send("komi", f"{context.komi:g}")
        for line in self.launch.new_game:
            self.send(line.replace("{seed}", str(seed)))
        if self.launch.seconds is not None:
            # Told so in vain, it would think for as long as it likes: that is no game under these settings.
            self.send("time_settings", 0, self.launch.seconds, 1)
        elif context.time is not None and self.knows("time_settings"):
            time = context.time
            self.send("time_settings", int(time.main), int(time.period), time.stones)

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

    def close(self, *, quit_first: bool) -> None:
        """End it and all its children. Any thread may call this at any time; a `send` under way then raises."""
        with self._closing:
            self.client.close(quit_first=quit_first)

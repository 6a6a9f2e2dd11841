"""The engine's loop: lines from the inbox, commands in order, answers to stdout, the player in the background."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tessera.errors import OutputError, TesseraError
from tessera.gtp.commands import builtin_commands
from tessera.gtp.inbox import Inbox
from tessera.gtp.lazily import Lazy
from tessera.gtp.protocol import parse
from tessera.gtp.session import Function, Session
from tessera.gtp.settings import EngineSettings
from tessera.gtp.stream import Stream

if TYPE_CHECKING:
    from tessera.gtp.models import Model
    from tessera.interfaces.player import Player

IDLE = 0.1
"""Seconds without a command after which the player begins to load: nobody waits for an answer then."""
PATIENCE = 0.5
"""The same before the first command: a controller may still be starting up itself."""


def descriptor_writer(descriptor: int) -> Callable[[bytes], None]:
    """A function that writes all of its bytes at once; no buffer is left behind for exit to flush.

    It raises `BrokenPipeError` when the reader is gone and `OutputError` when writing fails otherwise.
    """

    def write(data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(descriptor, view) :]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError.of(error) from error

    return write


class GtpEngine:
    """A GTP engine on a pair of byte streams. `serve` returns when the input ends or after `quit`.

    A player that cannot be loaded ends it too: what has been received is answered, with the reason where it takes a
    player, and `failure` says why. A controller then learns it while the engine is being set up, by the answer and
    by the end of the process, and not move by move in a game whose clock runs.
    """

    def __init__(
        self,
        settings: EngineSettings,
        *,
        open_player: Callable[[], Player],
        plugin_commands: Callable[[], Mapping[str, Function]],
        write: Callable[[bytes], None],
        complain: Callable[[str], None],
        models: Callable[[], Sequence[Model]] = tuple,
    ) -> None:
        self.inbox = Inbox()
        self._write = write
        self._complain = complain
        self._player = Lazy(open_player, failed=self._end_without_player)
        self.failure: Exception | None = None
        """Why there is no player."""
        self.session = Session(
            settings,
            player=self._player,
            attention=self.inbox,
            commands={name: command.run for name, command in builtin_commands().items()},
            plugin_commands=Lazy(plugin_commands),
            complain=complain,
            models=models,
        )

    def listen(self, descriptor: int) -> None:
        """Read input from a file descriptor in a daemon thread."""
        threading.Thread(target=self.inbox.read_from, args=(descriptor,), name="reader", daemon=True).start()

    def serve(self) -> None:
        """Execute commands in order. The input's end comes after everything before it was answered."""
        patience = PATIENCE
        while not self.session.quitting:
            try:
                line = self.inbox.get(None if self._player.started else patience)
            except TimeoutError:
                self._player.start()
                continue
            if line is None:
                break
            if line.too_long:
                Stream(None, self._write).finish("line too long", success=False)
                continue
            request = parse(line.data)
            if request is not None:
                self.session.execute(request, Stream(request.id, self._write), arrived=line.arrived)
                patience = IDLE

    def _end_without_player(self, error: Exception) -> None:
        """Called from the thread that loads."""
        if isinstance(error, TesseraError):
            self._complain(" ".join(str(error).split()))
        else:
            self._complain("".join(traceback.format_exception(error)).rstrip())
        self.failure = error
        self.inbox.close()

    def close(self) -> None:
        """Release the player, if it was loaded."""
        if self._player.ready:
            self._player.get().close()

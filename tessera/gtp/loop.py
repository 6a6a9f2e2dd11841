"""The engine's loop: lines from the inbox, commands in order, answers to stdout, the player in the background."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tessera.gtp.commands.table import Function
from tessera.gtp.inbox import Inbox
from tessera.gtp.lazily import Lazy
from tessera.gtp.protocol import parse
from tessera.gtp.session import Session
from tessera.gtp.settings import EngineSettings
from tessera.gtp.stream import Stream

if TYPE_CHECKING:
    from tessera.interfaces.player import Player

IDLE = 0.1
"""Seconds without a command after which the player begins to load: nobody waits for an answer then."""
PATIENCE = 0.5
"""The same before the first command: a controller may still be starting up itself."""


def descriptor_writer(descriptor: int) -> Callable[[bytes], None]:
    """A function that writes all of its bytes at once; no buffer is left behind for exit to flush."""

    def write(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    return write


class Engine:
    """A GTP engine on a pair of byte streams. `serve` returns when the input ends or after `quit`."""

    def __init__(
        self,
        settings: EngineSettings,
        *,
        open_player: Callable[[], Player],
        plugin_commands: Callable[[], Mapping[str, Function]],
        write: Callable[[bytes], None],
        complain: Callable[[str], None],
    ) -> None:
        self.inbox = Inbox()
        self._write = write
        self._player = Lazy(open_player, failed=lambda error: complain(" ".join(str(error).split())))
        self.session = Session(
            settings,
            player=self._player,
            attention=self.inbox,
            plugin_commands=Lazy(plugin_commands),
            complain=complain,
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

    def close(self) -> None:
        """Release the player, if it was loaded."""
        if self._player.ready:
            self._player.get().close()

"""Lines between the thread that reads stdin and the one that executes commands.

The reader never waits for a command, so a line that arrives while the engine thinks can end the thought:
any line ends an analysis, GoGui's comment `# interrupt` makes a move generation move at once. Both also
hold for lines that were already read when the thinking starts, so pipelining changes nothing.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tessera.gtp.protocol import is_interrupt

MAX_LINE = 1 << 20
"""Bytes of the longest line that is kept; the rest of a longer one is dropped and it is marked `too_long`."""
MAX_WAITING = 1 << 26
"""Bytes of lines waiting to be executed before the reader pauses."""
CHUNK = 1 << 16
OVERHEAD = 256
"""What a waiting line costs beside its bytes."""


@dataclass(frozen=True)
class Line:
    """One line as received, without its LF."""

    number: int
    data: bytes
    arrived: float
    """time.monotonic() when it was read."""
    too_long: bool = False


class Inbox:
    """A queue of lines with attention to what arrives during thought. Thread safe: one feeder, one taker."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._lines: deque[Line] = deque()
        self._waiting = 0
        self._last = 0
        self._current = 0
        self._interrupted = 0
        self._closed = False
        self._partial = bytearray()
        self._dropping = False
        self._stop: threading.Event | None = None
        self._until_input = False

    # ------------------------------------------------------------ the reader's side

    def read_from(self, descriptor: int) -> None:
        """Feed everything from a file descriptor until its end. os.read holds no lock that exit would wait for."""
        try:
            while data := os.read(descriptor, CHUNK):
                self.feed(data)
        except OSError:
            # A terminal that went away reads as an error; for us that is the end of input.
            pass
        finally:
            self.close()

    def feed(self, data: bytes) -> None:
        """Take bytes in; whole lines become available."""
        *whole, rest = data.split(b"\n")
        for piece in whole:
            self._extend(piece)
            self._put(bytes(self._partial), too_long=self._dropping)
            self._partial.clear()
            self._dropping = False
        self._extend(rest)

    def _extend(self, piece: bytes) -> None:
        room = MAX_LINE - len(self._partial)
        self._dropping = self._dropping or len(piece) > room
        self._partial += piece[:room]

    def close(self) -> None:
        """No more input. A last line without LF still counts."""
        if self._partial:
            self._put(bytes(self._partial), too_long=self._dropping)
            self._partial.clear()
        with self._changed:
            self._closed = True
            if self._until_input and self._stop:
                self._stop.set()
            self._changed.notify_all()

    def _put(self, data: bytes, *, too_long: bool) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting < MAX_WAITING or self._closed)
            self._last += 1
            self._lines.append(Line(self._last, data, time.monotonic(), too_long))
            self._waiting += len(data) + OVERHEAD
            interrupt = is_interrupt(data)
            if interrupt:
                self._interrupted = self._last
            if self._stop and (self._until_input or interrupt):
                self._stop.set()
            self._changed.notify_all()

    def interrupt(self) -> None:
        """End the present thought, as `# interrupt` does."""
        with self._changed:
            if self._stop:
                self._stop.set()

    # ------------------------------------------------------------ the executor's side

    def get(self, timeout: float | None = None) -> Line | None:
        """The next line; None at the end of input. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._lines or self._closed, timeout):
                raise TimeoutError
            if not self._lines:
                return None
            line = self._lines.popleft()
            self._current = line.number
            self._waiting -= len(line.data) + OVERHEAD
            self._changed.notify_all()
            return line

    @contextmanager
    def thinking(self, *, until_input: bool = False) -> Iterator[threading.Event]:
        """Yields an event that is set as soon as the command of the last line taken should stop thinking.

        `until_input`: any line after it, or the end of input, stops it; otherwise only `# interrupt` does.
        """
        stop = threading.Event()
        with self._changed:
            self._stop, self._until_input = stop, until_input
            newer = self._last > self._current or self._closed
            if self._interrupted > self._current or (until_input and newer):
                stop.set()
        try:
            yield stop
        finally:
            with self._changed:
                self._stop, self._until_input = None, False

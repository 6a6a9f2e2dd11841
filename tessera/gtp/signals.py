"""SIGTERM and SIGINT end the process within a second, whatever it is doing, and without a traceback.

The handler of the main thread raises `Terminated`. It only runs between bytecodes, so a second way exists:
the signal number also arrives, at once, in a socket (`signal.set_wakeup_fd`) that a thread waits on; that
thread ends the present thought and, should the main thread not come back, the process.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from types import FrameType

GRACE = 0.6
"""Seconds the main thread has to leave."""
HANDLED = (signal.SIGTERM, signal.SIGINT)


class Terminated(BaseException):
    """A signal asked the process to end; `number` says which."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def install(interrupt: Callable[[], None]) -> None:
    """Handle SIGTERM and SIGINT from now on; `interrupt` ends the present thought. Main thread only."""
    reader, writer = socket.socketpair()  # a pipe that does not block is one thing here and another on Windows
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)
    for number in HANDLED:
        signal.signal(number, _raise)
    threading.Thread(target=_watch, args=(reader, interrupt), name="signals", daemon=True).start()


def _raise(number: int, frame: FrameType | None) -> None:
    # Once is enough: a second signal while we leave must not start over.
    for other in HANDLED:
        signal.signal(other, signal.SIG_IGN)
    raise Terminated(number)


def _watch(reader: socket.socket, interrupt: Callable[[], None]) -> None:
    while data := reader.recv(1):
        if data[0] in HANDLED:
            interrupt()
            time.sleep(GRACE)
            os._exit(128 + data[0])


def die(number: int) -> None:
    """End the process by the default action of a signal, so that its parent sees the true cause."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)

"""A watchman for the case that we are killed: it ends the engines that we no longer can.

A small process of its own session reads '+PID' and '-PID' lines from a pipe that only we hold. When the pipe
closes, for whatever reason (SIGKILL too), it ends the sessions of all engines that were announced and not
taken back. Run by `Guard` as `python -m tessera.league.guard`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time

from tessera.gtp.processes import kill_session, session_members

GRACE_SECONDS = 1.0
"""Between SIGTERM and SIGKILL."""
POLL_SECONDS = 0.02


class Guard:
    """The watchman's other end. Starts it with the first engine; may be used from several threads."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def add(self, pid: int) -> None:
        """An engine that leads its own session has started."""
        self._tell(f"+{pid}\n")

    def remove(self, pid: int) -> None:
        """It has ended."""
        self._tell(f"-{pid}\n", start=False)

    def close(self) -> None:
        """Let it end what is left, and wait for it. Safe to call twice."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            with process, contextlib.suppress(OSError):
                assert process.stdin is not None
                process.stdin.close()

    def _tell(self, line: str, *, start: bool = True) -> None:
        with self._lock:
            if self._process is None:
                if not start:
                    return
                self._process = _start()
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(line.encode())
            except OSError:
                logging.getLogger(__name__).warning(
                    "the watchman is gone: should this process be killed, engines may be left running"
                )


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        bufsize=0,
    )


def main() -> None:
    """Read announcements until the pipe closes, then end what is left."""
    watched: set[int] = set()
    for line in sys.stdin.buffer:
        # A line cut short by our writer's end is no announcement.
        if line.endswith(b"\n") and line[1:-1].isdigit():
            (watched.add if line[:1] == b"+" else watched.discard)(int(line[1:]))
    for pid in watched:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(session_members(pid) for pid in watched) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    for pid in watched:
        kill_session(pid)


if __name__ == "__main__":
    main()

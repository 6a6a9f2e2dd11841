"""A watchman process: it ends the engines of a program that was killed and could not end them itself.

The watchman is a small process in its own session and reads from a pipe. When the program at the other end dies, for
whatever reason (SIGKILL too), the pipe closes, and the watchman ends the engines that are left: the sessions that were
announced on the pipe ('+PID', '-PID') and every process that carries the program's mark in its environment. The mark
needs no announcement: an engine that was just being started has it, and so have children in sessions of their own.
Run by `Guard` as `python -m tessera.match.guard MARK`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable

from tessera.gtp.processes import KILL, PROC, kill_session, send_signal, session_members, terminate_session

VARIABLE = "TESSERA_GUARD"
GRACE_SECONDS = 1.0
"""Between SIGTERM and SIGKILL."""
POLL_SECONDS = 0.02


class Guard:
    """The watchman's other end; may be used from several threads. Engines must be started with `environment`."""

    def __init__(self) -> None:
        self._mark = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def environment(self) -> dict[str, str]:
        """This process's environment and the mark, for an engine about to start. The first call starts the watchman."""
        with self._lock:
            if self._process is None:
                self._process = _start(self._mark)
        return {**os.environ, VARIABLE: self._mark}

    def add(self, pid: int) -> None:
        """An engine that leads its own session has started."""
        self._tell(f"+{pid}\n")

    def remove(self, pid: int) -> None:
        """It has ended."""
        self._tell(f"-{pid}\n")

    def close(self) -> None:
        """Let it end what is left, and wait for it. Safe to call twice."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            with process, contextlib.suppress(OSError):
                assert process.stdin is not None
                process.stdin.close()

    def _tell(self, line: str) -> None:
        with self._lock:
            if self._process is None:
                return
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(line.encode())
            except OSError:
                logging.getLogger(__name__).warning(
                    "the watchman is gone: should this process be killed, engines may be left running"
                )


def _start(mark: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", __name__, mark],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        bufsize=0,
    )


def marked(mark: str) -> list[int]:
    """The living processes that carry a mark in their environment, as far as the system lets us see it."""
    if not (PROC / "self").exists():
        return _marked_by_psutil(mark)
    entry, found = f"{VARIABLE}={mark}".encode(), []
    for folder in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if entry in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def _marked_by_psutil(mark: str) -> list[int]:
    import psutil

    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(VARIABLE) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


def end(watched: Iterable[int], mark: str) -> None:
    """SIGTERM to all, and SIGKILL to those that are left after a while."""
    for pid in watched:
        terminate_session(pid)
    _signal(marked(mark), signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while (marked(mark) or any(session_members(pid) for pid in watched)) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    for pid in watched:
        kill_session(pid)
    # Again until none is left, for a process may just have forked another; not for ever, for the kernel may hold one.
    deadline = time.monotonic() + GRACE_SECONDS
    while (left := marked(mark)) and time.monotonic() < deadline:
        _signal(left, KILL)
        time.sleep(POLL_SECONDS)


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        send_signal(pid, number)


def main() -> None:
    """Read announcements until the pipe closes, then end what is left."""
    watched: set[int] = set()
    for line in sys.stdin.buffer:
        # A line cut short by our writer's end is no announcement.
        if line.endswith(b"\n") and line[1:-1].isdigit():
            (watched.add if line[:1] == b"+" else watched.discard)(int(line[1:]))
    end(watched, sys.argv[1])


if __name__ == "__main__":
    main()

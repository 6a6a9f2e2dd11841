"""The watchman: engines end with whoever held the pipe."""

from __future__ import annotations

import subprocess
import sys
import time

from tessera.gtp.processes import session_members
from tessera.league.guard import GRACE_SECONDS, Guard

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"


def start() -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-S", "-c", DEAF], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout and process.stdout.readline()
    return process


def test_what_is_not_taken_back_is_ended() -> None:
    guard = Guard()
    watched, released = start(), start()
    with watched, released:
        guard.add(watched.pid)
        guard.add(released.pid)
        guard.remove(released.pid)
        started = time.monotonic()
        guard.close()
        assert GRACE_SECONDS <= time.monotonic() - started < GRACE_SECONDS + 3
        assert watched.wait(1) == -9
        assert session_members(released.pid) == [released.pid]
        released.kill()
    guard.close()


def test_it_starts_with_the_first_engine_only() -> None:
    guard = Guard()
    guard.remove(1)
    guard.close()
    assert guard._process is None

"""The watchman: engines end with whoever held the pipe."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping

from tessera.gtp.processes import session_members
from tessera.match.guard import GRACE_SECONDS, VARIABLE, Guard, marked

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"


def start(env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-S", "-c", DEAF]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True, env=env)
    assert process.stdout and process.stdout.readline()
    return process


def test_what_is_not_taken_back_is_ended() -> None:
    guard = Guard()
    guard.environment()
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


def test_a_marked_process_needs_no_announcement() -> None:
    guard = Guard()
    environment = guard.environment()
    mine, other = start(environment), start({**environment, VARIABLE: "somebody else's"})
    with mine, other:
        assert marked(environment[VARIABLE]) == [mine.pid]
        guard.close()
        assert mine.wait(1) == -9
        assert other.poll() is None
        other.kill()


def test_it_starts_with_the_first_engine_only() -> None:
    guard = Guard()
    guard.remove(1)
    guard.close()
    assert guard._process is None

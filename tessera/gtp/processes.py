"""Sessions of processes: every engine leads one, and it ends as a whole.

A child of an engine that made a process group of its own (a shell script with job control) is still in the
engine's session; one that made a session of its own is out of reach.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

PROC = Path("/proc")
SESSION_FIELD = 3
"""Of /proc/PID/stat, counted from the field after the program's name."""


def session_members(leader: int) -> list[int]:
    """The living processes of a session, the leader first where it lives; needs /proc, else empty."""
    found = []
    for entry in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[SESSION_FIELD]) == leader and fields[0] not in ("Z", "X"):
                found.append(int(entry.name))
    return sorted(found, key=lambda pid: pid != leader)


def kill_session(leader: int) -> None:
    """SIGKILL to the leader's process group, and to what is left of its session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    for pid in session_members(leader):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)

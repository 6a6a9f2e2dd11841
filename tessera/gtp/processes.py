"""Families of processes: every engine leads one, and it ends as a whole.

On POSIX systems a family is a session: a child of an engine that made a process group of its own (a shell script
with job control) is still in it; one that made a session of its own is out of reach. Windows has no sessions: there
a family is the engine and its descendants. Linux is read from /proc, all other systems through psutil.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

PROC = Path("/proc")
SESSION_FIELD = 3
"""The session's field in /proc/PID/stat, counted from the field after the program's name."""
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
"""What ends a process at once; on Windows any signal does."""
GONE = (ProcessLookupError, PermissionError)


def session_members(leader: int) -> list[int]:
    """The living processes of a family, the leader first where it lives."""
    if not hasattr(os, "killpg"):
        members = _descendants(leader)
    elif (PROC / "self").exists():
        members = _session_in_proc(leader)
    else:
        members = _session(leader)
    return sorted(members, key=lambda pid: pid != leader)


def terminate_session(leader: int) -> None:
    """SIGTERM to the leader's process group; on Windows the leader ends at once."""
    _signal_group(leader, signal.SIGTERM)


def kill_session(leader: int) -> None:
    """End the leader's process group at once, and what is left of its family."""
    members = [] if hasattr(os, "killpg") else session_members(leader)  # descendants are found through their leader
    _signal_group(leader, KILL)
    for pid in members or session_members(leader):
        send_signal(pid, KILL)


def send_signal(pid: int, number: int) -> None:
    """To one process, if it is still there and ours."""
    with contextlib.suppress(*GONE):
        os.kill(pid, number)


def _signal_group(leader: int, number: int) -> None:
    if not hasattr(os, "killpg"):
        with contextlib.suppress(OSError):  # Windows has several errors for a process that is gone
            os.kill(leader, number)
        return
    with contextlib.suppress(*GONE):
        os.killpg(leader, number)


def _session_in_proc(leader: int) -> list[int]:
    found = []
    for entry in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[SESSION_FIELD]) == leader and fields[0] not in ("Z", "X"):
                found.append(int(entry.name))
    return found


def _session(leader: int) -> list[int]:
    import psutil

    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if os.getsid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


def _descendants(leader: int) -> list[int]:
    """By the parents' numbers, which Windows keeps when a parent is gone."""
    import psutil

    parents, alive = {}, set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            parents[process.pid] = process.ppid()
            if process.status() != psutil.STATUS_ZOMBIE:
                alive.add(process.pid)
    family = {leader}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return list(family & alive)

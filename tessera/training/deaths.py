"""How a process ended, in words: exit codes, signals, and whether the kernel killed it for memory."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path

PROC, CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")
KILLED = -9
"""The return code after SIGKILL."""


def described(code: int) -> str:
    """'exit code 1', 'SIGKILL'; `code` as subprocess has it, negative after a signal."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def out_of_memory_kills() -> int:
    """How often the kernel has killed for memory, in our control group and on the machine; 0 where nobody counts.

    Only a rise says anything: together with a SIGKILL that nobody here sent it is the reason.
    """
    return sum(_counted(path) for path in _counters())


def _counters() -> list[Path]:
    """Files with a line 'oom_kill N'. In a container our group is the root of what is mounted."""
    found = [PROC / "vmstat"]
    with contextlib.suppress(OSError):
        for line in (PROC / "self" / "cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, group = line.split(":", 2)
            if controllers == "":
                found += [CGROUPS / group.lstrip("/") / "memory.events", CGROUPS / "memory.events"]
            elif controllers == "memory":
                base = CGROUPS / "memory"
                found += [base / group.lstrip("/") / "memory.oom_control", base / "memory.oom_control"]
    return list(dict.fromkeys(found))


def _counted(path: Path) -> int:
    with contextlib.suppress(OSError, ValueError):
        for line in path.read_text(encoding="ascii").splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0

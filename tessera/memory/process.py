"""How much memory this process holds, and how much there is: from /proc where the system has it, else by psutil."""

from __future__ import annotations

import mmap
from pathlib import Path

PROC = Path("/proc")


def resident_bytes() -> int:
    """Main memory this process has in use now."""
    try:
        pages = int((PROC / "self" / "statm").read_text(encoding="ascii").split()[1])
    except OSError:
        import psutil

        return int(psutil.Process().memory_info().rss)
    return pages * mmap.PAGESIZE


def available_bytes() -> int:
    """Main memory that can be had now without paging anything out."""
    try:
        return _meminfo("MemAvailable")
    except (OSError, StopIteration):  # kernels before 3.14 do not say
        import psutil

        return int(psutil.virtual_memory().available)


def total_bytes() -> int:
    """Main memory of the machine."""
    try:
        return _meminfo("MemTotal")
    except (OSError, StopIteration):
        import psutil

        return int(psutil.virtual_memory().total)


def _meminfo(name: str) -> int:
    lines = (PROC / "meminfo").read_text(encoding="ascii").splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def peak_bytes() -> int:
    """The most main memory this process has had in use since it began."""
    try:
        lines = (PROC / "self" / "status").read_text(encoding="ascii").splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        import psutil

        info = psutil.Process().memory_info()
        return int(getattr(info, "peak_wset", info.rss))

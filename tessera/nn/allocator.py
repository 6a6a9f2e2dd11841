"""Keeping freed memory in the process, for commands that evaluate or train on the CPU.

glibc hands large freed blocks back to the kernel and gets them anew, zeroed page by page, for the next tensor. For
batches above about 8 positions of 19x19 that costs a third of the time of a forward pass (BENCHMARKS.md).
"""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEEP_BELOW = 1 << 30
"""Bytes: only blocks from 1 GiB on are still given back when freed."""


def keep_freed_memory() -> bool:
    """Stop glibc from returning freed blocks; True if it will. For the whole process: a command calls it, once."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # absent in musl
    if mallopt is None:
        return False
    return all(mallopt(option, KEEP_BELOW) == 1 for option in (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD))


def give_back_freed_memory() -> None:
    """Return what was freed and kept to the system, so that the process's size says what it holds."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform.startswith("linux") else None
    if trim is not None:
        trim(0)

"""Room on the disk of a run: told once when it gets low, and waited for when it is used up."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tessera.errors import TesseraError
from tessera.training.folder import HOLDER

LOW, ENOUGH = 10, 20
"""Checkpoints that still fit."""
RETRY_SECONDS = 10.0
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

T = TypeVar("T")


class Disk:
    """The disk a folder is on; `tell` hears in words of a full one. `patience` seconds are waited for room."""

    def __init__(self, folder: Path, *, patience: float = 0.0, tell: Callable[[str], None] = lambda text: None) -> None:
        self._folder, self._patience, self._tell = folder, patience, tell
        self._low = False
        self.needed = 0
        """Bytes of the latest checkpoint, or about that before there is one."""

    def look(self) -> dict[str, int]:
        """{'free', 'needed'} in bytes when it has just become low, else nothing."""
        free = self._free()
        was, self._low = self._low, free < (ENOUGH if self._low else LOW) * self.needed
        return {"free": free, "needed": self.needed} if self._low and not was else {}

    def with_room(self, write: Callable[[], T], stop: threading.Event) -> T:
        """`write()`, which needs room for a checkpoint at most: again and again while the disk is full.

        Raises what `write` raises: for want of room when patience is over, or `stop` is set.
        """
        until: float | None = None
        while True:
            now = time.monotonic()
            last = stop.is_set() or now >= (now + self._patience if until is None else until)
            try:
                if last or self._free() >= self.needed:
                    done = write()
                    if until is not None:
                        self._tell("there is room on the disk again: the run goes on")
                    return done
            except TesseraError as error:
                if last or not is_full(error):
                    raise
            if until is None:
                until = now + self._patience
                self._tell(f"the disk of {self._folder} is full: waiting {self._patience / 60:g} minutes for room")
            with contextlib.suppress(OSError):  # a sign of life for who looks after the run
                os.utime(self._folder / HOLDER)
            stop.wait(RETRY_SECONDS)

    def _free(self) -> int:
        return shutil.disk_usage(self._folder).free


def is_full(error: BaseException | None) -> bool:
    """Whether an error comes from a disk, or a share of one, that is used up."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        error = error.__cause__ or error.__context__
    return False

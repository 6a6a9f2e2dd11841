"""Whether a run is alive, seen from outside: something in its folder changes.

The log grows every few seconds, an evaluation appends its games, a save grows its temporary file; what hangs
writes nothing. No file of its own is needed, and a run of an earlier version beats as well.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

MOST_SECONDS = 5.0
"""What one look may add to the silence: after Ctrl-Z or a suspended machine hours have passed in which nobody ran."""


class Heartbeat:
    """Looks at a folder now and then; files in `apart` are not the run's own."""

    def __init__(
        self, folder: Path, *, apart: frozenset[str] = frozenset(), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder, self._apart, self._clock = folder, apart, clock
        self._seen, self._at = self._look(), clock()
        self._silent = 0.0

    def silence(self) -> float:
        """Seconds without any change, as far as this was called meanwhile."""
        now, seen = self._clock(), self._look()
        self._silent = 0.0 if seen != self._seen else self._silent + min(now - self._at, MOST_SECONDS)
        self._seen, self._at = seen, now
        return self._silent

    def _look(self) -> tuple[int, int, int]:
        """(files, bytes in all, newest change in nanoseconds); the machine's clock may be wrong, so no ages."""
        entries = [each for each in _files(self._folder) if each.name not in self._apart]
        files = size = newest = 0
        for entry in entries:
            with contextlib.suppress(OSError):  # gone meanwhile
                status = entry.stat()
                files, size, newest = files + 1, size + status.st_size, max(newest, status.st_mtime_ns)
        return files, size, newest


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        else:
            yield entry

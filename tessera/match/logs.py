"""What engines write to stderr, one bounded file for each player."""

from __future__ import annotations

import hashlib
import re
import threading
from pathlib import Path

MAX_LOG_BYTES = 1 << 20
"""Most bytes of one player's log, all its processes together; what comes after is dropped."""
MAX_STEM = 80
FULL = b"\n(the rest was dropped)\n"


def safe_name(name: str) -> str:
    """A player's name as the stem of a file; two different names never give the same one."""
    stem = re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".")[:MAX_STEM]
    if stem and stem == name:
        return stem
    return f"{stem}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


class StderrLog:
    """Appends to a file until it is full. May be called from several threads; never raises.

    An engine must not suffer from a full disk: its stderr is drained all the same.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._left = MAX_LOG_BYTES - (path.stat().st_size if path.exists() else 0)

    def write(self, data: bytes) -> None:
        """Append as much as there is room for."""
        with self._lock:
            if self._left <= 0:
                return
            kept = data[: self._left]
            self._left -= len(kept)
            try:
                with self.path.open("ab") as file:
                    file.write(kept if self._left else kept + FULL)
            except OSError:
                self._left = 0

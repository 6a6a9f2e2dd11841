"""Small files that are kept between runs because making them anew takes time: compiled models, timings.

They lie in `$XDG_CACHE_HOME/tessera` (`~/.cache/tessera`), like compiled kernels. Nothing breaks without them, nobody
else's files are read, and a file is whole or not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

DIGEST = hashlib.sha256().digest_size


def cache_folder(kind: str) -> Path:
    """Where files of one kind lie; it may not exist yet."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tessera" / kind


class Cache:
    """The files of one kind; at most `kept` of them, those last used."""

    def __init__(self, kind: str, *, kept: int) -> None:
        self.folder, self._kept = cache_folder(kind), kept

    def get(self, name: str) -> bytes | None:
        """What was put under that name; None when it is not there or was damaged."""
        path = self.folder / name
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data[DIGEST:] if hashlib.sha256(data[DIGEST:]).digest() == data[:DIGEST] else None

    def put(self, name: str, data: bytes) -> None:
        """Keep `data` under that name; a folder that cannot be written keeps nothing."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, staged = tempfile.mkstemp(dir=self.folder, prefix=".")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(hashlib.sha256(data).digest() + data)
                Path(staged).replace(self.folder / name)
            except OSError:
                Path(staged).unlink(missing_ok=True)
                raise
            self._forget()

    def _forget(self) -> None:
        files = [path for path in self.folder.iterdir() if not path.name.startswith(".")]
        for path in sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[self._kept :]:
            path.unlink(missing_ok=True)

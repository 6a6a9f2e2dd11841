"""Checkpoints that were fetched, under their digests: `~/.cache/tessera/fetched/0a1b....pth`, those last used."""

from __future__ import annotations

import contextlib
import datetime
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from tessera.errors import CheckpointError
from tessera.nn.cache import cache_folder
from tessera_stores.pieces import measure, measure_file
from tessera_stores.published import Published

KEPT = 8


class Fetched:
    """The folder of them. Files come into it whole."""

    def __init__(self) -> None:
        self._folder = cache_folder("fetched")

    def find(self, wanted: Published) -> Path | None:
        """The file when it is there and sound."""
        path = self._folder / f"{wanted.sha256}.pth"
        if not path.is_file() or measure_file(path) != (wanted.size, wanted.sha256):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return path

    def add(self, wanted: Published, opened: Callable[[], BinaryIO], *, source: str) -> Path:
        """Copy the data and check them on the way. Raises `CheckpointError` where they are not what was published."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".part")
        staged, path = Path(name), self._folder / f"{wanted.sha256}.pth"
        try:
            with os.fdopen(handle, "wb") as copy, opened() as file:
                if measure(file, limit=wanted.size, copy=copy) != (wanted.size, wanted.sha256):
                    raise CheckpointError(
                        f"{source}: damaged: its data are not those that were published; save it again"
                    )
            staged.replace(path)
        finally:
            staged.unlink(missing_ok=True)
        self._forget()
        return path

    def _forget(self) -> None:
        files = sorted(self._folder.glob("*.pth"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[KEPT:]:
            path.unlink(missing_ok=True)


def written(row: Mapping[str, Any]) -> float:
    """When a store says that something was written, in Unix seconds; 0 where it does not say. Each has its own word."""
    for key in ("LastModified", "mtime", "created", "updated", "last_modified"):
        when = row.get(key)
        if isinstance(when, str):
            with contextlib.suppress(ValueError):
                when = datetime.datetime.fromisoformat(when)
        if isinstance(when, datetime.datetime):
            return when.timestamp()
        if isinstance(when, int | float):
            return float(when)
    return 0.0

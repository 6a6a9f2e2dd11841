"""Size and SHA-256 of data that may be larger than memory, read piece by piece."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

PIECE = 8 << 20
"""Bytes in memory at a time."""


def measure(file: BinaryIO, *, limit: int, copy: BinaryIO | None = None) -> tuple[int, str]:
    """Bytes and hex digest of what `file` gives, written to `copy` on the way. It stops beyond `limit` bytes."""
    digest, size = hashlib.sha256(), 0
    while size <= limit and (piece := file.read(PIECE)):
        digest.update(piece)
        size += len(piece)
        if copy is not None:
            copy.write(piece)
    return size, digest.hexdigest()


def measure_file(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return measure(file, limit=path.stat().st_size)

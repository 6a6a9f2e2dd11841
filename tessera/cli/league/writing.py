"""Files a command writes: whole, or one clear line."""

from __future__ import annotations

from pathlib import Path

from tessera import files
from tessera.errors import TesseraError


def write_text(path: Path, text: str) -> None:
    """Write a file in UTF-8, whole or not at all. Raises `TesseraError` where that fails."""
    try:
        files.write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise TesseraError(f"{path}: not written: {files.reason(error)}") from None

"""Files a command writes: whole, or one clear line."""

from __future__ import annotations

from pathlib import Path

from tessera.errors import TesseraError


def write_text(path: Path, text: str) -> None:
    """Write beside the old file, then take its place. Raises `TesseraError` where that fails."""
    beside = path.with_name(path.name + ".tmp")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise TesseraError(f"{path}: not written: {error.strerror}") from None

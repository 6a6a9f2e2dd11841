"""The steps of a durable save (`tessera.files`) with what a checkpoint's user is told when one of them fails."""

from __future__ import annotations

import stat
from pathlib import Path

from tessera import files
from tessera.errors import CheckpointError, DurabilityUncertain, NotCommitted
from tessera.files import reason


def stage(data: bytes | bytearray | memoryview, directory: Path, name: str) -> Path:
    """`data` in a new, synced temporary file of `directory`; raises `NotCommitted` and leaves nothing behind."""
    files.sweep(directory)
    try:
        return files.stage(data, directory, name)
    except OSError as error:
        raise NotCommitted(f"{directory / name}: not saved: {reason(error)}; nothing was changed") from error


def publish(staged: Path, target: Path) -> None:
    """Move `staged` over `target` in the same directory and make the move durable."""
    target = target.resolve()
    try:
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            raise NotCommitted(f"{target}: not saved: it exists and is not a regular file; choose another name")
        staged.replace(target)
    except OSError as error:
        raise NotCommitted(f"{target}: not saved: {reason(error)}; nothing was changed") from error
    finally:
        discard(staged)
    try:
        files.sync_directory(target.parent)
    except OSError as error:
        raise DurabilityUncertain(
            f"{target}: saved and verified, but the disk did not confirm it ({reason(error)}); keep an older copy"
        ) from error


def remove(target: Path) -> None:
    """Delete a file for good; raises `CheckpointError`."""
    try:
        target.unlink()
        files.sync_directory(target.resolve().parent)
    except OSError as error:
        raise CheckpointError(f"{target}: cannot be deleted: {reason(error)}") from error


def discard(staged: Path) -> None:
    staged.unlink(missing_ok=True)

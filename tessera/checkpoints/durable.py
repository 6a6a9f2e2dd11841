"""The steps of a durable save (`tessera.files`) with what a checkpoint's user is told when one of them fails."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tessera import files
from tessera.errors import CheckpointError, DurabilityUncertain, NotCommitted
from tessera.files import reason


@contextmanager
def staging(directory: Path, name: str) -> Iterator[files.Staged]:
    """`files.staging` where orphans were swept; an `OSError` in it becomes `NotCommitted`."""
    try:
        files.sweep(directory)
        with files.staging(directory, name) as staged:
            yield staged
    except OSError as error:
        raise NotCommitted(f"{directory / name}: not saved: {reason(error)}; nothing was changed") from error


def publish(staged: Path, target: Path) -> None:
    """Move `staged` over `target` in the same directory and make the move durable."""
    try:
        # Symbolic links were resolved by the caller; a folder, pipe or device stays.
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            raise NotCommitted(f"{target}: not saved: it exists and is not a regular file; choose another name")
        staged.replace(target)
    except OSError as error:
        raise NotCommitted(f"{target}: not saved: {reason(error)}; nothing was changed") from error
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

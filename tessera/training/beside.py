"""A checkpoint that is written by a thread while training goes on.

Only what shares no memory with the trainer may be written so, and only what is large: small ones are on the disk before
a thread has got going, and a run that does one thing after another is easier to follow.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tessera.memory.process import available_bytes

LEAST = 32 << 20
"""Bytes from which on it pays."""
SHARE = 0.25
"""Share of the memory available that a state may take up while it waits to be written."""


class Written(NamedTuple):
    """What a thread was asked to write, and what came of it."""

    write: Callable[[], Path]
    network: Path
    """The checkpoint to play with, of the same step."""
    path: Future[Path]


class Beside:
    """Writes one checkpoint at a time."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="tessera-save")
        self._written: Written | None = None

    def start(self, write: Callable[[], Path], network: Path) -> None:
        """Begin; what was begun before must have been taken."""
        assert self._written is None
        self._written = Written(write, network, self._pool.submit(write))

    def is_done(self) -> bool:
        """Whether there is something to take that needs no waiting for."""
        return self._written is not None and self._written.path.done()

    def take(self) -> Written | None:
        """What was begun, when it has come to its end; None where nothing was."""
        written, self._written = self._written, None
        if written is not None:
            written.path.exception()
        return written


def pays(size: int) -> bool:
    """Whether a state of so many bytes is written beside training, as memory is now."""
    return LEAST <= size <= SHARE * available_bytes()

"""The console scripts' way in: Ctrl-C is one line from the first import on, when no funnel stands yet."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130


def tessera() -> int:
    """`tessera`."""
    with _interruptible("tessera"):
        from tessera.cli.main import main
    return main()


def tessera_gtp() -> int:
    """`tessera-gtp`."""
    with _interruptible("tessera-gtp"):
        from tessera.cli.gtp import main
    return main()


@contextmanager
def _interruptible(program: str) -> Iterator[None]:
    """End the process at Ctrl-C instead of raising: an import that fails in the midst may raise anything."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # ignored, as in what a shell starts in the background
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        os.write(2, f"{program}: interrupted\n".encode())
        os._exit(INTERRUPTED)

    signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

"""Reports during a search: the first after one time, the others after another."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tessera.interfaces.analysis import Analysis

NEVER = 1e9


class Reports:
    """Lets a player's reports through when they are due. Times are seconds, None means never."""

    def __init__(self, send: Callable[[Analysis], None], *, first: float | None, every: float | None) -> None:
        self._send = send
        self._every = NEVER if every is None else every
        self._due = time.monotonic() + (NEVER if first is None else first)
        self.wanted = first is not None
        """Whether there are any."""
        self.interval = min(self._every, NEVER if first is None else first)
        """How often the player has to offer one."""

    def take(self, analysis: Analysis) -> None:
        now = time.monotonic()
        # A player measures its intervals from its own start, a moment later: a due report is not left for the next.
        if now >= self._due - 0.1 * self.interval:
            self._due = now + self._every
            self._send(analysis)

"""Which game next? A worker stays with its pair while that has games, so that engines are started seldom."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterable

from tessera.interfaces.arbiter import Task

Pair = tuple[str, str]
"""Two players in alphabetical order, whatever their colours."""


def pair_of(task: Task) -> Pair:
    first, second = sorted((task.black, task.white))
    return first, second


class Schedule:
    """Hands out each task once, to several threads."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._waiting: dict[Pair, deque[Task]] = {}
        self._workers: Counter[Pair] = Counter()
        self._lock = threading.Lock()
        for task in tasks:
            self._waiting.setdefault(pair_of(task), deque()).append(task)

    def next(self, pair: Pair | None) -> Task | None:
        """The next task for a worker that holds the engines of `pair`; None when nothing is left.

        A worker without a pair, or whose pair is played out, gets the one with most games for each worker on it.
        """
        with self._lock:
            chosen = pair if pair in self._waiting else self._neediest()
            if pair is not None and chosen != pair:
                self._workers[pair] -= 1
            if chosen is None:
                return None
            if chosen != pair:
                self._workers[chosen] += 1
            waiting = self._waiting[chosen]
            task = waiting.popleft()
            if not waiting:
                del self._waiting[chosen]
            return task

    def _neediest(self) -> Pair | None:
        if not self._waiting:
            return None
        return max(self._waiting, key=lambda pair: len(self._waiting[pair]) / (1 + self._workers[pair]))

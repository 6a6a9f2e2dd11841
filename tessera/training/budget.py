"""What a run may use, what it has used, and how long the rest will take. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from tessera.training.config import RunConfig

WINDOW_SECONDS = 120.0
"""Rates are means over this much training time."""


@dataclass(frozen=True)
class Spent:
    """Totals since the start of the run; evaluations and saving are no training time."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    games: int = 0
    moves: int = 0


def over(config: RunConfig, spent: Spent) -> str:
    """Which budget is used up, in words; '' while there is time."""
    if config.minutes is not None and spent.seconds >= 60.0 * config.minutes:
        return f"{config.minutes:g} minutes are over"
    if config.cpu_minutes is not None and spent.cpu_seconds >= 60.0 * config.cpu_minutes:
        return f"{config.cpu_minutes:g} minutes of CPU time are over"
    if config.games is not None and spent.games >= config.games:
        return f"{spent.games} games are played"
    return ""


class Pace:
    """The speed of a run over its last WINDOW_SECONDS."""

    def __init__(self, start: Spent) -> None:
        self._marks = deque([start])

    def add(self, spent: Spent) -> None:
        """Where the run is now; marks older than the window go, but for one to measure from."""
        self._marks.append(spent)
        while len(self._marks) > 2 and self._marks[1].seconds <= spent.seconds - WINDOW_SECONDS:
            self._marks.popleft()

    def per_second(self, name: str) -> float:
        """How much of a field of `Spent` one second of training brings."""
        first, last = self._marks[0], self._marks[-1]
        passed = last.seconds - first.seconds
        return (getattr(last, name) - getattr(first, name)) / passed if passed > 0 else 0.0

    def eta(self, config: RunConfig) -> float | None:
        """Seconds of training until the first budget is used up; None without one, or while nothing moves."""
        now = self._marks[-1]
        wanted = {
            "seconds": None if config.minutes is None else 60.0 * config.minutes,
            "cpu_seconds": None if config.cpu_minutes is None else 60.0 * config.cpu_minutes,
            "games": config.games,
        }
        left = [
            max(0.0, goal - getattr(now, name)) / speed
            for name, goal in wanted.items()
            if goal is not None and (speed := 1.0 if name == "seconds" else self.per_second(name)) > 0
        ]
        return min(left, default=None)

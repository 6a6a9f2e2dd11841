"""The levels of play 1 to 10: from a beginner's opponent to the full search, each clearly stronger than the last.

Weak levels are the network's own judgement drawn at a temperature, one evaluation a move: they overlook things,
as people do, but plan no blunder. From level 5 on nothing is drawn, and the search grows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tessera.errors import BadValue


@dataclass(frozen=True)
class Level:
    """What one level means."""

    player: str
    """Kind of player, as plugins register them."""
    visits: int
    """Most visits of a move."""
    settings: Mapping[str, float] = field(default_factory=dict)
    """Settings of the player that differ from its defaults."""

    @property
    def words(self) -> str:
        """'temperature 4', 'no search', '24 visits'."""
        if self.player == "search":
            return f"{self.visits} visits"
        return f"temperature {self.settings['temperature']:g}" if self.settings else "no search"


def _drawn(temperature: float) -> Level:
    return Level("policy", 1, {"temperature": temperature})


LEVELS = (
    *map(_drawn, (4.0, 2.5, 1.5, 0.7)),
    Level("policy", 1),
    *(Level("search", visits) for visits in (8, 24, 64, 192, 512)),
)
"""Levels 1 to 10. How strong each is stands in BENCHMARKS.md."""


def level(number: int) -> Level:
    """Level 1 to 10; raises `BadValue`."""
    if not 1 <= number <= len(LEVELS):
        raise BadValue("level", number, f"1 to {len(LEVELS)}")
    return LEVELS[number - 1]


def summary() -> str:
    """The table as one phrase."""
    return ", ".join(f"{number} {each.words}" for number, each in enumerate(LEVELS, start=1))

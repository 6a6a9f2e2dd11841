"""What the games on record mean for those to come: which are finished, which are void, who is stopped.

A game is known by its players and its opening. A void game is replayed once under its old number; when it is void
again, the player who made it so is stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tessera.interfaces.arbiter import VOID, GameRecord

ATTEMPTS = 2
"""A game and its replay."""
Key = tuple[str, str, str]
"""Black, White, the opening's name."""


@dataclass
class Standing:
    """Grows with every record."""

    finished: set[Key] = field(default_factory=set)
    void: dict[Key, GameRecord] = field(default_factory=dict)
    """The last attempt of games that are not finished."""
    numbers: set[int] = field(default_factory=set)
    """Numbers of the games on record."""
    _failed: Counter[Key] = field(default_factory=Counter)
    """Attempts of void games that count against a player."""

    def add(self, record: GameRecord) -> None:
        """A game that was played after all those before."""
        key = (record.black, record.white, record.opening)
        self.numbers.add(record.number)
        if record.result != VOID:
            self.finished.add(key)
            self.void.pop(key, None)
        elif key not in self.finished:
            self.void[key] = record
            self._failed[key] += 1

    @property
    def stopped(self) -> dict[str, str]:
        """Players who made a game void again that was replayed, and why; until that game is finished after all."""
        return {record.culprit: record.note for key, record in self.void.items() if self._failed[key] >= ATTEMPTS}

    def forgive(self) -> None:
        """What is void so far counts against nobody: it is played again, and once more if need be."""
        self._failed.clear()

    def finished_among(self, names: Iterable[str]) -> int:
        """Finished games in which both players are of these."""
        known = set(names)
        return sum(black in known and white in known for black, white, _ in self.finished)


def standing_of(records: Iterable[GameRecord]) -> Standing:
    """The standing after these games, in the order in which they were played."""
    standing = Standing()
    for record in records:
        standing.add(record)
    return standing

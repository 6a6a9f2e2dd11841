"""What the last games were like: the numbers that show whether self-play still is Go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

KEPT = 1000
"""Finished games that are looked at."""


@dataclass(frozen=True)
class GameFacts:
    """One finished game in numbers."""

    size: int
    length: int
    """Moves, passes included."""
    passes: int
    truncated: bool
    """Stopped at the move limit and counted as it stood."""
    black_won: bool
    fingerprint: int
    """A hash of the moves."""


class Ledger:
    """The facts of the newest `KEPT` games."""

    def __init__(self) -> None:
        self._rows = torch.zeros(KEPT, 6, dtype=torch.int64)
        self.games = 0

    def add(self, facts: GameFacts) -> None:
        row = (facts.size, facts.length, facts.passes, facts.truncated, facts.black_won, facts.fingerprint)
        self._rows[self.games % KEPT] = torch.tensor(row)
        self.games += 1

    def health(self) -> dict[str, float]:
        """Means over the newest games, lengths by size; nothing before the first game ended."""
        rows = self._rows[: min(self.games, KEPT)]
        if len(rows) == 0:
            return {}
        means = rows[:, 2:5].float().mean(0).tolist()
        numbers = dict(zip(("passes", "truncated", "black_wins"), means, strict=True))
        numbers["unique"] = len(rows[:, 5].unique()) / len(rows)
        for size in sorted(set(rows[:, 0].tolist())):
            numbers[f"length_{size}"] = float(rows[rows[:, 0] == size, 1].float().mean())
        return numbers

    def state(self) -> dict[str, Any]:
        return {"rows": self._rows.clone(), "games": self.games}

    def load_state(self, state: dict[str, Any]) -> None:
        self._rows.copy_(state["rows"])
        self.games = int(state["games"])

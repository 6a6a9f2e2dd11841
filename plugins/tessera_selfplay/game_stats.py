"""What the last games were like: the numbers that show whether self-play still is Go."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

KEPT = 1000
"""Finished games that are looked at."""


class GameFacts(NamedTuple):
    """R finished games of one board side in numbers, [R] each."""

    length: Tensor
    """Moves, passes included."""
    passes: Tensor
    truncated: Tensor
    """Stopped at the move limit and counted as it stood."""
    black_won: Tensor
    fingerprint: Tensor
    """A hash of the moves."""


class GameStats:
    """The facts of the newest `KEPT` games."""

    def __init__(self) -> None:
        self._rows = torch.zeros(KEPT, 1 + len(GameFacts._fields), dtype=torch.int64)
        self.games = 0

    def add(self, size: int, facts: GameFacts) -> None:
        count = len(facts.length)
        rows = torch.stack([torch.full((count,), size), *(field.cpu().long() for field in facts)], dim=1)
        slots = (self.games + torch.arange(count)) % KEPT
        self._rows[slots[-KEPT:]] = rows[-KEPT:]
        self.games += count

    def health(self) -> dict[str, float]:
        """Means over the newest games, lengths by size; nothing before the first game ended."""
        rows = self._rows[: min(self.games, KEPT)]
        if len(rows) == 0:
            return {}
        means = rows[:, 2:5].float().mean(0).tolist()
        numbers = dict(zip(("passes", "truncated", "black_wins"), means, strict=True))
        numbers["unique"] = len(rows[:, 5].unique()) / len(rows)
        numbers["judged_games"] = float(len(rows))
        numbers["length"] = float(rows[:, 1].float().mean())
        for size in sorted(set(rows[:, 0].tolist())):
            numbers[f"length_{size}"] = float(rows[rows[:, 0] == size, 1].float().mean())
        return numbers

    def state_dict(self) -> dict[str, Any]:
        return {"rows": self._rows.clone(), "games": self.games}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._rows.copy_(state["rows"])
        self.games = int(state["games"])

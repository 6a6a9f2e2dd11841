"""How games begin: rules, komi and random first moves, drawn for all games of a batch at once."""

from __future__ import annotations

import torch
from torch import Tensor

from tessera.rules.batch import settings_row
from tessera.rules.ruleset import DEFAULT, POSITIONAL, SIMPLE, SITUATIONAL
from tessera_selfplay.settings import GameSettings

FAIR_KOMI = 7.0
"""Where the estimate of the fair komi starts, on every board."""
FAIR_MEMORY = 0.99
"""How much of the estimate one finished game leaves."""
OTHER_KO = (SIMPLE, POSITIONAL, SITUATIONAL)
"""Ko rules of the games under other rules: one that is new is trained on when it is named here."""
WIDE = 0.1
"""Share of games whose komi is drawn from a three times wider range."""


class GameStart:
    """Draws the beginnings of games on boards of one side, and estimates the fair komi from how games ended."""

    def __init__(self, settings: GameSettings, *, size: int, games: int, generator: torch.Generator) -> None:
        self._settings, self._size, self._generator = settings, size, generator
        device = generator.device
        self.fair = torch.full((), FAIR_KOMI, dtype=torch.float64, device=device)
        """Mean score on the board, komi left out, of the newest games."""
        self._other_ko = torch.tensor(OTHER_KO, dtype=torch.int32, device=device)
        self._usual = torch.tensor([settings_row(DEFAULT)] * games, dtype=torch.int32, device=device)

    def openings(self) -> Tensor:
        """[B] int64 numbers of random moves to begin with; few are likelier than many."""
        moves = (self._uniform().square() * self._size).long() + 1
        return torch.where(self._uniform() < self._settings.opening, moves, 0)

    def rules(self) -> Tensor:
        """[B, 4] int32 rows of `Batch.settings`: usual rules for most, komi around the fair one."""
        rows = self._usual.clone()
        other = self._uniform() < self._settings.other_rules
        drawn = self._other_ko[(self._uniform() * len(OTHER_KO)).long()]
        rows[:, 0] = torch.where(other, drawn, rows[:, 0])
        rows[:, 1] = torch.where(other, (self._uniform() * 2).int(), rows[:, 1])
        wide = torch.where(self._uniform() < WIDE, 3.0, 1.0)
        normal = torch.randn(len(rows), generator=self._generator, device=self._generator.device)
        komi = self.fair + wide * self._settings.komi_spread * self._size * normal
        rows[:, 3] = (2 * komi).round().int()
        return rows

    def update_fair_komi(self, boards: Tensor) -> None:
        """Move the fair komi towards the ends of R games, Black's points less White's on the board."""
        ages = torch.arange(len(boards) - 1, -1, -1, device=boards.device)
        weights = (1.0 - FAIR_MEMORY) * FAIR_MEMORY**ages
        self.fair.mul_(FAIR_MEMORY ** len(boards)).add_((weights * boards.double()).sum())

    def _uniform(self) -> Tensor:
        return torch.rand(len(self._usual), generator=self._generator, device=self._generator.device)

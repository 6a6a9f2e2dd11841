"""Games of one board side in flight: B of them in lockstep, one search batch per simulation.

A finished game becomes targets and makes room for a new one at once; the others do not wait. Nobody resigns.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from tessera.interfaces.network import Evaluator, F, G
from tessera.rules.batch import Batch, allocate, settings_row
from tessera.rules.layout import TO_PLAY, meta_at
from tessera.rules.ruleset import DEFAULT, KO_CODES
from tessera.search.batch import BatchSearch
from tessera.search.settings import SearchSettings
from tessera.training.targets import Positions, finished_game
from tessera_selfplay.ledger import GameFacts
from tessera_selfplay.settings import GumbelSettings

FAIR_KOMI = 7.0
"""Where the estimate of the fair komi starts, on every board."""
FAIR_MEMORY = 0.99
"""How much of the estimate one finished game leaves."""
WIDE = 0.1
"""Share of games whose komi is drawn from a three times wider range."""
LONGEST = 2
"""Games are counted as they stand after LONGEST * P moves."""
HASH_FACTOR = 6364136223846793005


class Table:
    """B games, their records so far, and the search that plays them."""

    def __init__(
        self, evaluator: Evaluator, *, size: int, games: int, settings: GumbelSettings, generator: torch.Generator
    ) -> None:
        points = size * size
        self.size, self.games, self.limit = size, games, LONGEST * points
        self._settings, self._generator = settings, generator
        self.fair = FAIR_KOMI
        self._batch = Batch(
            size, allocate(games, size, lambda shape, dtype: torch.zeros(shape, dtype=getattr(torch, dtype)))
        )
        self._search = BatchSearch(
            evaluator,
            size=size,
            games=games,
            nodes=settings.simulations + 2,
            settings=SearchSettings(
                gumbel_root=True,
                considered=settings.considered,
                value_scale=settings.value_scale,
                score_weight=settings.score_weight,
            ),
            seed=int(torch.randint(2**31, (), generator=generator)),
        )
        self._planes = torch.zeros(games, self.limit, F, points, dtype=torch.uint8)
        self._globals = torch.zeros(games, self.limit, G)
        self._policy = torch.zeros(games, self.limit, points + 1, dtype=torch.float16)
        self._color = torch.zeros(games, self.limit, dtype=torch.int8)
        self._recorded = torch.zeros(games, dtype=torch.int64)
        self._moves = torch.zeros(games, dtype=torch.int64)
        self._passes = torch.zeros(games, dtype=torch.int64)
        self._opening = torch.zeros(games, dtype=torch.int64)
        self._fingerprint = torch.zeros(games, dtype=torch.int64)
        self._begin(torch.ones(games, dtype=torch.bool))

    def advance(self) -> list[tuple[Positions, GameFacts]]:
        """Play one move in every game; the games that ended by it."""
        batch = self._batch
        batch.legal()
        batch.features()
        self._search.plant(batch.state, batch.seen)
        self._search.run_gumbel(self._settings.simulations)
        actions, policy = self._search.choices()
        random = self._opening > 0
        self._record(policy, ~random)
        actions = torch.where(random, self._random_moves(), actions)
        self._opening -= random.long()
        self._moves += 1
        self._passes += (actions == self.size**2).long()
        self._fingerprint = self._fingerprint * HASH_FACTOR + actions + 1
        batch.actions.copy_(actions)
        batch.step()
        batch.find_over()
        return self._collect(batch.over | (self._moves >= self.limit))

    def state(self) -> dict[str, Any]:
        """Everything `load_state` needs to go on exactly here."""
        return {"fair": self.fair, **{name: tensor.clone() for name, tensor in self._tensors().items()}}

    def load_state(self, state: dict[str, Any]) -> None:
        self.fair = float(state["fair"])
        for name, tensor in self._tensors().items():
            # In place: kernels hold views of this memory.
            tensor.copy_(state[name])

    def _tensors(self) -> dict[str, Tensor]:
        return {
            "games": self._batch.state,
            "seen": self._batch.seen,
            "settings": self._batch.settings,
            "random": self._search.work.random,
            "planes": self._planes,
            "globals": self._globals,
            "policy": self._policy,
            "color": self._color,
            "recorded": self._recorded,
            "moves": self._moves,
            "passes": self._passes,
            "opening": self._opening,
            "fingerprint": self._fingerprint,
        }

    def _record(self, policy: Tensor, which: Tensor) -> None:
        rows = which.nonzero()[:, 0]
        at = self._recorded[rows]
        batch = self._batch
        self._planes[rows, at] = batch.planes[rows].flatten(2).to(torch.uint8)
        self._globals[rows, at] = batch.globals_[rows]
        self._policy[rows, at] = policy[rows].to(torch.float16)
        self._color[rows, at] = batch.state[rows, meta_at(self.size) + TO_PLAY].to(torch.int8)
        self._recorded[rows] += 1

    def _random_moves(self) -> Tensor:
        """A random legal point for each game, pass where there is none."""
        weights = self._batch.mask.float()
        weights[:, -1] = 1e-9
        return torch.multinomial(weights, 1, generator=self._generator)[:, 0]

    def _collect(self, over: Tensor) -> list[tuple[Positions, GameFacts]]:
        """Turn the games that are over into targets and begin new ones in their place."""
        rows = over.nonzero()[:, 0].tolist()
        if not rows:
            return []
        self._batch.score()
        finished = [self._finish(row) for row in rows]
        self._begin(over)
        return [game for game in finished if len(game[0].value)]

    def _finish(self, row: int) -> tuple[Positions, GameFacts]:
        n, batch = int(self._recorded[row]), self._batch
        margin = float(batch.score2[row]) / 2
        komi = float(batch.settings[row, 3]) / 2
        self.fair = FAIR_MEMORY * self.fair + (1.0 - FAIR_MEMORY) * (margin + komi)
        # Copies: the records are overwritten by the next game.
        positions = finished_game(
            self._planes[row, :n].clone(),
            self._globals[row, :n].clone(),
            self._policy[row, :n].clone(),
            self._color[row, :n],
            margin=margin,
            owner=batch.owner[row],
        )
        facts = GameFacts(
            size=self.size,
            length=int(self._moves[row]),
            passes=int(self._passes[row]),
            truncated=not bool(batch.over[row]),
            black_won=margin > 0,
            fingerprint=int(self._fingerprint[row]),
        )
        return positions, facts

    def _begin(self, which: Tensor) -> None:
        """Reset the games in `which` with new rules, komi and opening lengths."""
        count = int(which.sum())
        for tensor in (self._recorded, self._moves, self._passes, self._fingerprint):
            tensor[which] = 0
        self._opening[which] = self._draw_openings(count)
        self._batch.settings[which] = self._draw_settings(count)
        self._batch.which.copy_(which)
        self._batch.reset()

    def _draw_openings(self, count: int) -> Tensor:
        """Numbers of random moves to begin with; few are likelier than many."""
        share = torch.rand(count, generator=self._generator)
        moves = (torch.rand(count, generator=self._generator).square() * self.size).long() + 1
        return torch.where(share < self._settings.opening, moves, 0)

    def _draw_settings(self, count: int) -> Tensor:
        """[count, 4] int32 rows of `Batch.settings`: usual rules for most, komi around the fair one."""
        generator = self._generator
        rows = torch.tensor([settings_row(DEFAULT)] * count, dtype=torch.int32).reshape(count, 4)
        other = torch.rand(count, generator=generator) < self._settings.other_rules
        ko = torch.randint(len(KO_CODES), (count,), generator=generator)
        suicide = torch.randint(2, (count,), generator=generator)
        rows[:, 0] = torch.where(other, ko, rows[:, 0])
        rows[:, 1] = torch.where(other, suicide, rows[:, 1])
        wide = torch.rand(count, generator=generator) < WIDE
        spread = torch.where(wide, 3.0, 1.0) * self._settings.komi_spread * self.size
        komi = self.fair + spread * torch.randn(count, generator=generator)
        rows[:, 3] = (2 * komi).round().to(torch.int32)
        return rows

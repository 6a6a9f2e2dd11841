"""The replays of a run, one for each board side, and how much is due to be learned from each.

Every position brings `replay_ratio` positions' worth of learning, spent in whole batches; before `warm_up` positions
are there, nothing is due.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from tessera.former_names import REPLAYS, renamed
from tessera.rules.features import BASIC, FeatureSet
from tessera.training.replay import Replay
from tessera.training.targets import Positions


class Replays:
    """Rings that share a window of `window` positions as `shares` says, on `device`."""

    def __init__(
        self,
        shares: Mapping[int, int],
        *,
        window: int,
        batch: int,
        replay_ratio: float,
        warm_up: int,
        features: FeatureSet = BASIC,
        device: str,
    ) -> None:
        total = sum(shares.values())
        self._batch, self._replay_ratio, self._warm_up = batch, replay_ratio, warm_up
        self._rings = {
            size: Replay(size=size, capacity=max(batch, window * share // total), features=features, device=device)
            for size, share in sorted(shares.items())
        }
        self._credit = dict.fromkeys(self._rings, 0.0)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Board sides, smallest first."""
        return tuple(self._rings)

    @property
    def added(self) -> int:
        """Positions ever added."""
        return sum(ring.added for ring in self._rings.values())

    @property
    def ready(self) -> bool:
        """Whether a batch is due."""
        return max(self._credit.values(), default=0.0) >= self._batch

    def add(self, size: int, positions: Positions) -> None:
        """Take in positions of one board side."""
        self._rings[size].add(positions)
        if self.added >= self._warm_up:
            self._credit[size] += self._replay_ratio * len(positions.value)

    def due(self, generator: torch.Generator) -> list[int]:
        """The board sides to learn from now, one entry per training step, in random order; they count as learned."""
        due: list[int] = []
        for size, credit in self._credit.items():
            count = int(credit // self._batch)
            self._credit[size] -= count * self._batch
            due += [size] * count
        order = torch.randperm(len(due), generator=generator, device=generator.device)
        return [due[i] for i in order.tolist()]

    def sample(self, size: int, generator: torch.Generator, *, symmetries: int) -> Positions:
        """A batch of one board side, see `Replay.sample`."""
        return self._rings[size].sample(self._batch, generator, symmetries=symmetries)

    def state_dict(self) -> dict[str, Any]:
        return {
            "rings": {str(size): ring.state_dict() for size, ring in self._rings.items()},
            "credit": {str(size): credit for size, credit in self._credit.items()},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        state = renamed(state, REPLAYS)
        for size, ring in self._rings.items():
            ring.load_state_dict(state["rings"][str(size)])
            self._credit[size] = float(state["credit"][str(size)])

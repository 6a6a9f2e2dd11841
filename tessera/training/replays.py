"""The replays of a run, one for each board side, and how much is due to be learned from each.

Every position brings `replay_ratio` positions' worth of learning, spent in whole batches; before `warm_up` positions
are there, nothing is due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import torch

from tessera.former_names import REPLAYS, renamed
from tessera.nn.symmetry import SYMMETRIES
from tessera.rules.features import BASIC, FeatureSet
from tessera.training.processes import here
from tessera.training.replay import Replay
from tessera.training.settings import ReplaySettings
from tessera.training.targets import Positions

TOGETHER = 16
"""Batches of a board side that are drawn together, at most."""


def capacities(shares: Mapping[int, int], settings: ReplaySettings) -> dict[int, int]:
    """Positions that each board side's ring holds, smallest side first."""
    total = sum(shares.values())
    return {size: max(settings.batch, settings.window * share // total) for size, share in sorted(shares.items())}


class Replays:
    """Rings that share the window as `shares` says, on `device`."""

    def __init__(
        self, shares: Mapping[int, int], settings: ReplaySettings, *, features: FeatureSet = BASIC, device: str
    ) -> None:
        self._settings = settings
        self._rings = {
            size: Replay(size=size, capacity=capacity, features=features, device=device)
            for size, capacity in capacities(shares, settings).items()
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
        return max(self._credit.values(), default=0.0) >= self._settings.batch

    def add(self, size: int, positions: Positions) -> None:
        """Take in positions of one board side."""
        self._rings[size].add(positions)
        if self.added >= self._settings.warm_up:
            self._credit[size] += self._settings.replay_ratio * len(positions.value)

    def due(self, generator: torch.Generator) -> list[int]:
        """The board sides to learn from now, one entry per training step, in random order; they count as learned.

        Processes that learn together make the same steps: those that all of them have the positions for.
        """
        processes, due = here(), list[int]()
        counts = processes.least([int(credit // self._settings.batch) for credit in self._credit.values()])
        for size, count in zip(self._credit, counts, strict=True):
            self._credit[size] -= count * self._settings.batch
            due += [size] * count
        order = torch.randperm(len(due), generator=generator, device=generator.device)
        return [due[i] for i in processes.of_the_first(order.tolist())]

    def batches(self, generator: torch.Generator) -> Iterator[Positions]:
        """The batches to learn from now, each of one board side; see `due` and `Replay.sample`.

        Several of a side are drawn together: what a draw costs the host does not depend on its size.
        """
        due = self.due(generator)
        left, drawn = Counter(due), {size: list[Positions]() for size in self._rings}
        for size in due:
            if not drawn[size]:
                count = min(TOGETHER, left[size])
                left[size] -= count
                drawn[size] = self._draw(size, count, generator)
            yield drawn[size].pop()

    def _draw(self, size: int, count: int, generator: torch.Generator) -> list[Positions]:
        """So many batches of one board side."""
        batch, symmetries = self._settings.batch, SYMMETRIES if self._settings.symmetries else 1
        positions = self._rings[size].sample(count * batch, generator, symmetries=symmetries)
        return [Positions(*fields) for fields in zip(*(field.split(batch) for field in positions), strict=True)]

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

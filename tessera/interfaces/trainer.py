"""A trainer owns one `step()`; the core's run loop owns cadence, checkpoints, evaluation and events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class StepReport:
    """What one training step did. Counters are totals since the start of the run."""

    games: int
    moves: int
    steps: int
    losses: Mapping[str, float]
    """Loss by head of the latest step; empty while the replay is filling."""
    health: Mapping[str, float]
    """Gradient norm, mean game length, passes per game, unique games, ..."""


class Trainer(Protocol):
    """Improves a network in place, one step at a time, and can be stopped and resumed exactly."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """The board sides it learns on, smallest first."""
        ...

    def step(self) -> StepReport:
        """Play some games, learn from them, and say what happened."""
        ...

    def network(self) -> torch.nn.Module:
        """The network to be saved and judged (an average where the trainer keeps one)."""
        ...

    def state(self) -> dict[str, Any]:
        """Tensors and primitives that `load_state` turns back into exactly this trainer."""
        ...

    def load_state(self, state: dict[str, Any]) -> None: ...


@dataclass(frozen=True)
class TrainerSpec:
    """A trainer a plugin offers under a name."""

    name: str
    summary: str
    defaults: Mapping[str, Any]
    build: Callable[..., Trainer]
    """build(module, device, seed, **settings) -> trainer."""

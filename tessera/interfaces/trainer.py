"""A trainer owns one `step()`; the core's run loop owns cadence, checkpoints, evaluation and events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import torch

    from tessera.interfaces.network import EvaluatorSpec


@dataclass(frozen=True)
class StepReport:
    """What one training step did. Counters are totals since the start of the run."""

    games: int
    moves: int
    steps: int
    losses: Mapping[str, float]
    """Loss by head of the latest step; empty while the replay is filling."""
    health: Mapping[str, float]
    """What else tells whether all is well: a trainer gives the numbers that mean something to it, under the names in
    `interfaces.health` where it has one."""
    warnings: tuple[str, ...] = ()
    """What a person should know about this step, one line each. The run shows them and keeps them in its log."""


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

    def state_dict(self) -> dict[str, Any]:
        """Tensors and primitives that `load_state_dict` turns back into exactly this trainer."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None: ...


@runtime_checkable
class DryRunnable(Protocol):
    """A trainer whose use of memory can be measured before the run."""

    def dry_run(self) -> None:
        """Play a move in every game and learn from one batch of blank positions: the most a step ever holds."""
        ...


@runtime_checkable
class UsesEvaluator(Protocol):
    """A trainer whose games may be evaluated by any evaluator that is `Refreshing`."""

    def play_with(self, spec: EvaluatorSpec) -> None:
        """Play through this evaluator; called before the first step and before `load_state_dict`. Raises `BadValue`."""
        ...


@runtime_checkable
class Accountable(Protocol):
    """A trainer that tells which objects hold its memory."""

    def memory_parts(self) -> Mapping[str, object]:
        """Objects by what they are for, under the names of its plan: what several hold counts for the first."""
        ...


@runtime_checkable
class Snapshots(Protocol):
    """A trainer whose `state_dict()` may be written while it goes on."""

    state_is_a_snapshot: bool
    """Whether it shares no memory with the trainer."""


@runtime_checkable
class DataParallel(Trainer, Protocol):
    """A trainer that learns together with others of its kind in other processes, see `tessera.training.processes`."""

    data_parallel: bool


@dataclass(frozen=True)
class MemoryPlan:
    """What a trainer would need for a number of games in flight."""

    settings: Any
    """The trainer's settings for so many games."""
    parts: Mapping[str, int]
    """Bytes by what they are for, from shapes alone: 'model', 'optimiser', 'games', 'trees', 'replay', 'checkpoint'
    (the weights a roll back returns to), and what a step takes for a moment."""
    saving: int = 0
    """Bytes of main memory beside these while a checkpoint is written, and about its size on the disk."""

    @property
    def total(self) -> int:
        return sum(self.parts.values())


@dataclass(frozen=True)
class TrainerSpec:
    """A trainer a plugin offers under a name."""

    name: str
    summary: str
    settings: type[Any]
    """The frozen dataclass of its settings, see `tessera.settings`."""
    build: Callable[[torch.nn.Module, str, int, Any], Trainer]
    """build(module, device, seed, settings) -> trainer."""
    devices: tuple[str, ...] = ("cuda", "cpu")
    """Kinds of device it can work on, the one it is best on first: `auto` takes the first that is there."""
    normalise: Callable[[Any], Any] = lambda settings: settings
    """normalise(settings) -> the settings as a run keeps them. A trainer that reads files makes their paths absolute
    here, and raises `BadValue` for what is not there before a run folder is made."""
    plays: bool = False
    """Whether its trainers are `UsesEvaluator`: `tessera train` then takes the quickest evaluator."""
    plan: Callable[[torch.nn.Module, int | None, Any], MemoryPlan] | None = None
    """plan(module, games, settings) -> what `games` games in flight would take, None: those of the settings.
    Its trainers are `DryRunnable`."""

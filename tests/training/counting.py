"""What a training step asks of a GPU's host, counted without one: operations dispatched, and waits for their results.

    python -m tests.training.counting       # both trainers, 9x9 and 19x19

Under autocast in bfloat16, as on a GPU. A dispatched operation takes the host some microseconds, whatever its batch is.
The network's own, forward and backward, are left out: they are another room's to fuse. Views count, since they are
dispatched like all others. `detach` does not: a mode is told of one for each result that autograd keeps, and without a
mode nothing is dispatched there.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from tessera.interfaces.network import features_of
from tessera.plugins import build_manager
from tessera.settings import from_table
from tessera.testing.no_waits import SEEN_BY_THE_HOST, TO_THE_HOST
from tessera.training.replay import blank_positions
from tessera.training.targets import Positions, planes_of
from tessera_resnet.settings import ResNetSettings

STEPS = 32
"""Training steps that are counted together, so that what comes once in several is shared among them."""
BATCH = 8
SHAPE = {"blocks": 6, "width": 16, "pool_every": 2}
TRAINERS = ("gumbel", "policy-gradient")


READS = SEEN_BY_THE_HOST | TO_THE_HOST | {"__float__", "__int__", "__bool__", "__index__"}


class Cost(NamedTuple):
    """Of one training step."""

    operations: float
    """Outside the network."""
    network: int
    """Of the network, forward and backward."""
    reads: float
    """Results that the host waits for."""


class Operations(TorchDispatchMode):
    """Counts what is dispatched while it is entered, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.counts[operation.name().removeprefix("aten::").partition(".")[0]] += 1
        return operation(*args, **(kwargs or {}))

    @property
    def total(self) -> int:
        return self.counts.total() - self.counts["detach"]


class Reads(TorchFunctionMode):
    """Counts calls whose result the host waits for, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = getattr(function, "__name__", "")
        self.counts[name] += name in READS
        return function(*args, **(kwargs or {}))


def trainer_of(name: str, side: int) -> Any:
    """A trainer whose replay is full of blank positions."""
    torch.manual_seed(0)
    spec = build_manager().trainers[name]
    table = {"sizes": {side: 2}, "batch": BATCH, "window": 64, "warm_up": 1, "precision": "bf16"}
    module = build_manager().networks["resnet"].build(ResNetSettings(**SHAPE))
    trainer: Any = spec.build(module, "cpu", 0, from_table(spec.settings, table, owner=name))
    trainer._replays.add(side, filled(blank_positions(64, side, features=features_of(module))))
    return trainer


def filled(positions: Positions) -> Positions:
    """The same positions with moves that are possible."""
    positions.policy.fill_(1.0 / positions.policy.shape[1])
    positions.opponent_policy.copy_(positions.policy)
    return positions


def counted(name: str, side: int) -> Cost:
    trainer = trainer_of(name, side)
    learn(trainer, side)  # tables are made, and the guard's first looks are over
    with Operations() as found, Reads() as reads:
        learn(trainer, side)
    network = of_the_network(trainer, side)
    return Cost(found.total / STEPS - network, network, reads.counts.total() / STEPS)


def learn(trainer: Any, side: int) -> None:
    """`STEPS` training steps, as in a round of self-play."""
    trainer._replays._credit[side] += BATCH * STEPS
    for targets in trainer._replays.batches(trainer._sample_rng):
        trainer._learn(targets)


def of_the_network(trainer: Any, side: int) -> int:
    module: nn.Module = trainer._learner._module
    blank = blank_positions(BATCH, side, features=features_of(module))
    planes = planes_of(blank)
    module.zero_grad(set_to_none=True)
    with Operations() as forward, trainer._learner.autocast():
        outputs = list(module(planes, blank.globals_))
    slopes = [torch.ones_like(each) for each in outputs]
    with Operations() as backward:
        torch.autograd.backward(outputs, slopes)
    return forward.total + backward.total


def main() -> None:
    print("| trainer | board | operations outside the network | the network's | host reads |\n|---|---|---|---|---|")
    for name in TRAINERS:
        for side in (9, 19):
            cost = counted(name, side)
            print(
                f"| `{name}` | {side}x{side} | {cost.operations:.1f} | {cost.network} | {cost.reads:.2f} |", flush=True
            )


if __name__ == "__main__":
    main()

"""What a trainer has to do."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tessera.checkpoints import load, save
from tessera.interfaces.network import NetworkSpec
from tessera.interfaces.trainer import StepReport, Trainer, TrainerSpec
from tessera.settings import from_table, to_table
from tessera.testing.catalog import Catalog
from tessera.testing.expect import Expect

if TYPE_CHECKING:
    import torch


def check_trainer(
    spec: TrainerSpec,
    network: NetworkSpec,
    *,
    network_settings: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    device: str = "cpu",
    steps: int = 3,
) -> None:
    """Steps report growing counters and finite losses, the network changes, and a resumed run is exactly the same.

    Choose `settings` small enough that `2 * steps` steps take seconds, and learn within the first `steps`.
    """
    import torch

    expect = Expect(f"trainer {spec.name!r}")
    expect.described(spec.summary, spec.settings)
    shape = from_table(network.settings, network_settings or {}, owner=f"network {network.name}")
    chosen = from_table(spec.settings, settings or {}, owner=f"trainer {spec.name}")

    def fresh() -> Trainer:
        torch.manual_seed(0)
        return spec.build(network.build(shape), device, 0, chosen)

    trainer = fresh()
    untrained = _weights(trainer)
    _run(expect, trainer, steps)
    expect(not _equal(untrained, _weights(trainer)), f"{steps} steps change the network")
    state = _through_a_file(trainer, network, to_table(shape))
    _run(expect, trainer, steps)
    resumed = fresh()
    resumed.load_state_dict(state)
    _run(expect, resumed, steps)
    expect(_equal(_weights(trainer), _weights(resumed)), "a run resumed from its saved state ends in the same weights")


def _run(expect: Expect, trainer: Trainer, steps: int) -> None:
    before: StepReport | None = None
    for _ in range(steps):
        report = trainer.step()
        for name, number in {**report.losses, **report.health}.items():
            expect(math.isfinite(number), f"{name} is finite")
        if before is not None:
            counters = [(getattr(before, name), getattr(report, name)) for name in ("games", "moves", "steps")]
            expect(all(old <= new for old, new in counters), "games, moves and steps are totals that never fall")
            expect(before.steps < report.steps or before.moves < report.moves, "a step plays or learns")
        before = report


def _weights(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().cpu().clone() for name, tensor in trainer.network().state_dict().items()}


def _equal(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> bool:
    import torch

    return left.keys() == right.keys() and all(torch.equal(left[name], right[name]) for name in left)


def _through_a_file(trainer: Trainer, network: NetworkSpec, settings: dict[str, Any]) -> dict[str, Any]:
    """The trainer's state as it comes back from a checkpoint."""

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trainer.pth"
        save(path, trainer.network(), network=network.name, settings=settings, trainer=trainer.state_dict())
        return load(path, Catalog(network), with_trainer=True).trainer or {}

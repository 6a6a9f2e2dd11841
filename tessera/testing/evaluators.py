"""What an evaluator has to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tessera.interfaces.network import Evaluator, EvaluatorSpec, Outputs, features_of
from tessera.rules.features import BASIC
from tessera.testing.expect import Expect
from tessera.testing.networks import check_outputs, close
from tessera.testing.positions import random_inputs

if TYPE_CHECKING:
    import torch


def check_evaluator(
    spec: EvaluatorSpec,
    *,
    module: torch.nn.Module | None = None,
    device: str = "cpu",
    sizes: Sequence[int] = (2, 5, 9, 19),
    tolerance: float = 1e-3,
) -> None:
    """Runs `module` (a small one of its own by default) as torch itself does, on every size, batch by batch.

    `tolerance`, absolute and relative, allows for a lower precision inside.
    """
    import torch

    expect = Expect(f"evaluator {spec.name!r}")
    expect.described(spec.summary)
    expect(device.partition(":")[0] in spec.devices, f"it declares the device {device!r}")
    torch.manual_seed(0)
    module = (_small_network() if module is None else module).eval()
    reference = {size: _reference(module, size) for size in sizes}
    evaluator = spec.build(module, device)
    expect(isinstance(evaluator, Evaluator), "it has `device` and `evaluate`")
    expect(evaluator.device.partition(":")[0] == device.partition(":")[0], "it says the device it was built for")
    features = features_of(module)
    expect(features_of(evaluator).name == features.name, f"its `feature_set` names the network's, {features.name}")
    for size in (*sizes, *reversed(sizes)):
        planes, globals_ = (tensor.to(device) for tensor in random_inputs(3, size, seed=size, features=features))
        raw = evaluator.evaluate(planes, globals_)
        expect(isinstance(raw, Outputs), "it returns tessera.interfaces.network.Outputs")
        outputs = Outputs(*(tensor.clone().cpu() for tensor in raw))
        check_outputs(expect, outputs, 3, size)
        expect(close(outputs, reference[size], tolerance), f"it answers like the module at {size}x{size}")
        alone = Outputs(*(tensor.clone().cpu() for tensor in evaluator.evaluate(planes[:1], globals_[:1])))
        one = Outputs(*(tensor[:1] for tensor in outputs))
        expect(close(one, alone, tolerance), "positions of a batch do not influence each other")
    expect(not any(tensor.requires_grad for tensor in outputs), "outputs carry no gradients")


def _reference(module: torch.nn.Module, size: int) -> Outputs:
    import torch

    with torch.inference_mode():
        return Outputs(
            *(tensor.clone() for tensor in module(*random_inputs(3, size, seed=size, features=features_of(module))))
        )


def _small_network() -> torch.nn.Module:
    """A network with every kind of output that depends on every input."""
    import torch

    class Small(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.points = torch.nn.Conv2d(BASIC.plane_count, 3, 3, padding=1)
            self.board = torch.nn.Linear(BASIC.plane_count + BASIC.global_count, 6)

        def forward(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
            points = self.points(planes).flatten(2)
            board = self.board(torch.cat([planes.mean((2, 3)), globals_], 1))
            return Outputs(
                policy=torch.cat([points[:, 0], board[:, :1]], 1),
                value=board[:, 1:4],
                score=board[:, 4],
                ownership=torch.tanh(points[:, 1]),
                opponent_policy=torch.cat([points[:, 2], board[:, 5:]], 1),
            )

    return Small()

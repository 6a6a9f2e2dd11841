"""What a policy network has to do."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tessera.checkpoints.budget import SLACK, build_within
from tessera.checkpoints.manifest import MAX_SETTING
from tessera.errors import BadValue, CheckpointError
from tessera.interfaces.network import NetworkSpec, Outputs, features_of
from tessera.settings import from_table, to_table
from tessera.testing.expect import Expect
from tessera.testing.positions import random_inputs

if TYPE_CHECKING:
    import torch

PLAIN = (str, int, float, bool)
TOLERANCE = 1e-4
"""Absolute and relative, float32: batching may reorder sums."""


def check_network(
    spec: NetworkSpec, *, sizes: Sequence[int] = (2, 5, 9, 19), settings: Mapping[str, Any] | None = None
) -> None:
    """Shapes on every board size, independence within a batch, determinism, gradients, state, and hostile settings.

    `settings` (laid over the defaults) keep the check quick for a large default network.
    """
    import torch

    expect = Expect(f"network {spec.name!r}")
    expect.described(spec.summary, spec.settings)
    chosen = from_table(spec.settings, settings or {}, owner=f"network {spec.name}")
    expect(all(type(value) in PLAIN for value in to_table(chosen).values()), "its settings fit in a checkpoint")
    torch.manual_seed(0)
    module = spec.build(chosen).eval()
    for size in sizes:
        _check_outputs(expect, module, size)
    _check_state(expect, spec, chosen, module)
    _check_gradients(expect, spec.build(chosen).train())
    _check_hostile_settings(expect, spec, chosen)


def check_outputs(expect: Expect, outputs: Outputs, batch: int, size: int) -> None:
    """Types, shapes, finiteness and ranges of one batch of outputs."""
    import torch

    points = size * size
    shapes = {
        "policy": (batch, points + 1),
        "value": (batch, 3),
        "score": (batch,),
        "ownership": (batch, points),
        "opponent_policy": (batch, points + 1),
    }
    for name, shape in shapes.items():
        tensor = getattr(outputs, name)
        expect(
            tuple(tensor.shape) == shape, f"{name} has the shape {shape} at {size}x{size}, not {tuple(tensor.shape)}"
        )
        expect(tensor.dtype == torch.float32, f"{name} is float32, not {tensor.dtype}")
        expect(torch.isfinite(tensor).all(), f"{name} is finite at {size}x{size}")
    expect(outputs.ownership.abs().max() <= 1, "ownership lies within -1..1")


def close(left: Outputs, right: Outputs, tolerance: float = TOLERANCE) -> bool:
    """Whether two batches of outputs agree."""
    import torch

    return all(torch.allclose(a, b, rtol=tolerance, atol=tolerance) for a, b in zip(left, right, strict=True))


def _check_outputs(expect: Expect, module: torch.nn.Module, size: int) -> None:
    import torch

    planes, globals_ = random_inputs(3, size, seed=size, features=features_of(module))
    kept = planes.clone(), globals_.clone()
    with torch.inference_mode():
        raw = module(planes, globals_)
        expect(isinstance(raw, Outputs), "it returns tessera.interfaces.network.Outputs")
        batch = Outputs(*(tensor.clone() for tensor in raw))
        again = Outputs(*(tensor.clone() for tensor in module(planes, globals_)))
        alone = module(planes[1:2], globals_[1:2])
    check_outputs(expect, batch, 3, size)
    expect(torch.equal(planes, kept[0]) and torch.equal(globals_, kept[1]), "it leaves its inputs alone")
    same = all(torch.equal(a, b) for a, b in zip(batch, again, strict=True))
    expect(same, f"it answers the same twice in eval mode at {size}x{size}")
    one = Outputs(*(tensor[1:2] for tensor in batch))
    expect(close(one, alone), f"positions of a batch do not influence each other at {size}x{size}")


def _check_state(expect: Expect, spec: NetworkSpec, settings: Any, module: torch.nn.Module) -> None:
    """The state_dict carries everything, and building makes little beside it."""
    import torch

    state = module.state_dict()
    expect(all(isinstance(value, torch.Tensor) for value in state.values()), "its state_dict holds tensors alone")
    torch.manual_seed(1)
    try:
        twin = build_within(sum(tensor.numel() for tensor in state.values()), lambda: spec.build(settings)).eval()
    except CheckpointError:
        expect(False, f"building it makes at most twice the elements of its state_dict and {SLACK} more")
    twin.load_state_dict(state, strict=True)
    inputs = random_inputs(2, 5, features=features_of(module))
    with torch.inference_mode():
        first = Outputs(*(tensor.clone() for tensor in module(*inputs)))
        expect(close(first, twin(*inputs), 0.0), "its state_dict makes another instance answer exactly alike")


def _check_gradients(expect: Expect, module: torch.nn.Module) -> None:
    """Every parameter learns from the heads together, with finite gradients."""
    import torch

    parameters = [(name, parameter) for name, parameter in module.named_parameters() if parameter.requires_grad]
    if not parameters:
        return
    outputs = module(*random_inputs(4, 5, features=features_of(module)))
    torch.stack([tensor.square().mean() + tensor.mean() for tensor in outputs]).sum().backward()
    for name, parameter in parameters:
        expect(parameter.grad is not None, f"parameter {name!r} is used by some head")
        expect(
            parameter.grad is not None and torch.isfinite(parameter.grad).all(), f"the gradient of {name!r} is finite"
        )


def _check_hostile_settings(expect: Expect, spec: NetworkSpec, settings: Any) -> None:
    """A checkpoint from anyone may ask for any size: whole numbers far out of range are refused before work."""
    for name, usual in to_table(settings).items():
        for value in (MAX_SETTING, -MAX_SETTING) if type(usual) is int else ():

            def build(given: Mapping[str, Any] = {name: value}) -> torch.nn.Module:
                return spec.build(from_table(spec.settings, given, owner="a stranger's", base=settings))

            refuse = functools.partial(build_within, 0, build)
            expect.raises(BadValue, refuse, f"{name}={value} is refused with BadValue")

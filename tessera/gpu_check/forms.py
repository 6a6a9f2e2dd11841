"""Are a network's forms equal, and which is quick? `python -m tessera.gpu_check.forms --device cuda`.

One JSON document. Boards of several sizes in one batch, in float32: outputs and every parameter's gradient beside those
of the form that comes last. Then times, a forward pass and a pass with gradients, in bfloat16 on a GPU. Exits with 1
where they differ.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from tessera.interfaces.network import NetworkForm
from tessera.plugins import build_manager
from tessera.rules.features import ON_BOARD, feature_set

SIDES = (7, 9, 13, 19)
VALUE, GRADIENT = 1e-5, 1e-4
"""Allowed differences, of the largest value."""
TURNS, WARM_UP = 9, 3
MIXED, TIMED = 8, (9, 19)
"""Boards that are compared; the sides that are timed."""


def forms(network: str, device: str, batch: int) -> dict[str, Any]:
    """Differences by form and tensor kind, milliseconds by form, side and pass."""
    spec = build_manager().networks[network]
    settings = spec.settings()
    found = spec.forms(settings, device)
    usable = [form for form in found if not form.why_not]
    torch.manual_seed(0)
    module = spec.build(settings).to(device)
    features = getattr(settings, "features", "basic-1")
    told: dict[str, dict[str, Any]] = {form.name: {} for form in usable}
    inputs = positions([SIDES[i % len(SIDES)] for i in range(MIXED)], features, device)
    results = {form.name: _results(module, form, inputs) for form in usable}
    reference = results[usable[-1].name] if usable else {}
    for name, tensors in results.items():
        for kind, allowed in (("value", VALUE), ("gradient", GRADIENT)):
            worst, at = max((_difference(tensors[key], reference[key]), key[1]) for key in tensors if key[0] == kind)
            told[name][kind] = worst
            if not worst < allowed:
                raise SystemExit(f"{network}: {kind} of {at} by {name} differs by {worst:.2g}, allowed {allowed:g}")
    for side in TIMED:
        inputs = positions([side] * batch, features, device)
        for form in usable:
            told[form.name][f"{side}x{side}"] = _times(module, form, inputs)
    return {
        "checked": sum(tensor.numel() for tensor in reference.values()),
        "agree": True,
        "batch": batch,
        "forms": told,
        "left_out": {form.name: form.why_not for form in found if form.why_not},
    }


def positions(sides: list[int], features: str, device: str) -> tuple[Tensor, Tensor]:
    """Random planes [B, F, N, N] and globals [B, G]; smaller boards lie in the corner of the largest."""
    random, read, side = torch.Generator().manual_seed(1), feature_set(features), max(sides)
    planes = (torch.rand(len(sides), read.plane_count, side, side, generator=random) < 0.3).float()
    planes[:, ON_BOARD] = 0
    for board, own in zip(planes, sides, strict=True):
        board[ON_BOARD, :own, :own] = 1
    planes *= planes[:, ON_BOARD : ON_BOARD + 1].clone()
    return planes.to(device), torch.rand(len(sides), read.global_count, generator=random).to(device)


def _results(module: nn.Module, form: NetworkForm, inputs: tuple[Tensor, Tensor]) -> dict[tuple[str, str], Tensor]:
    module.zero_grad(set_to_none=True)
    # TF32 rounds what goes into a convolution: two roundings of nearly equal numbers would be what is compared.
    with form.using(), torch.backends.cudnn.flags(allow_tf32=False):
        outputs = module(*inputs)
        _loss(outputs).backward()
    found = {("value", name): tensor.detach() for name, tensor in outputs._asdict().items() if tensor is not None}
    return found | {
        ("gradient", name): parameter.grad.clone()
        for name, parameter in module.named_parameters()
        if parameter.grad is not None
    }


def _loss(outputs: Any) -> Tensor:
    """Off the board a policy's logits are -inf or nearly so: kept out by clamping."""
    total: Tensor = sum(tensor.float().clamp(-10, 10).square().mean() for tensor in outputs if tensor is not None)
    return total


def _difference(got: Tensor, expected: Tensor) -> float:
    scale = expected.abs().max().clamp(min=1e-6)
    return float((got - expected).abs().max() / scale)


def _times(module: nn.Module, form: NetworkForm, inputs: tuple[Tensor, Tensor]) -> dict[str, float]:
    device = inputs[0].device

    def forward() -> None:
        with torch.no_grad():
            module(*inputs)

    def training() -> None:
        module.zero_grad(set_to_none=True)
        _loss(module(*inputs)).backward()

    with form.using(), torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        return {"forward_ms": _milliseconds(forward, device), "training_ms": _milliseconds(training, device)}


def _milliseconds(work: Callable[[], None], device: torch.device) -> float:
    times = []
    for turn in range(WARM_UP + TURNS):
        start = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        if turn >= WARM_UP:
            times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--network", default="mamba")
    words.add_argument("--device", default="cuda")
    words.add_argument("--batch", type=int, default=256)
    given = words.parse_args()
    sys.stdout.write(json.dumps(forms(given.network, given.device, given.batch)) + "\n")


if __name__ == "__main__":
    main()

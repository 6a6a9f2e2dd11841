"""What an evaluation of a network costs on a GPU, counted without one: kernels launched, and bytes they read and write.

    python -m tests.nn.counting        # resnet and tower, 6x128, 9x9 and 19x19, under autocast and as a playing copy

Operations on fake tensors: each that makes or changes a tensor is a kernel, which reads its inputs and writes its
outputs once. Biases of convolutions, which cuDNN may add by a kernel of its own, are not counted apart.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from unittest import mock

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from tessera.builtin.playing_copy import PlayingCopy
from tessera.interfaces.network import features_of
from tessera.nn.images import mask
from tessera.plugins import build_manager
from tessera.settings import from_table

BATCH = 64
SHAPE = {"blocks": 6, "width": 128, "pool_every": 2}
LAUNCH = re.compile(r"^ +(?:extern_kernels\.\w+|\w+_fused_\w+)\(", re.MULTILINE)
"""A call of a library's or a generated kernel, in what torch.compile writes."""


class Cost(NamedTuple):
    kernels: int
    bytes: float
    """For each position."""


class Counting(TorchDispatchMode):
    """Counts what is dispatched while it is entered."""

    def __init__(self) -> None:
        super().__init__()
        self.kernels, self.bytes = 0, 0

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = operation(*args, **(kwargs or {}))
        read, made = (
            [each for each in tree_leaves(of) if isinstance(each, torch.Tensor)] for of in ((args, kwargs), out)
        )
        known = {each.untyped_storage()._cdata for each in read}
        is_view = operation.is_view or all(each.untyped_storage()._cdata in known for each in made)
        if operation._schema.is_mutable or not (is_view or operation.__name__.startswith("empty")):
            self.kernels += 1
            self.bytes += sum(each.numel() * each.element_size() for each in read + made)
        return out


def built(name: str) -> nn.Module:
    spec = build_manager().networks[name]
    return spec.build(from_table(spec.settings, SHAPE, owner=name)).eval().requires_grad_(False)


def inputs(module: nn.Module, side: int) -> tuple[torch.Tensor, torch.Tensor]:
    features = features_of(module)
    return torch.rand(BATCH, features.plane_count, side, side), torch.rand(BATCH, features.global_count)


def counted(module: nn.Module, side: int, evaluate: Callable[..., object]) -> Cost:
    """`evaluate` on fake inputs for `module`."""
    with FakeTensorMode(allow_non_fake_inputs=True) as fake:
        given = [fake.from_tensor(each) for each in inputs(module, side)]
        with Counting() as count, torch.no_grad():
            evaluate(*given)
    return Cost(count.kernels, count.bytes / BATCH)


def under_autocast(name: str, side: int) -> Cost:
    """The learner's weights as they are, under autocast, with masks: what play on a GPU was at first."""
    module = built(name)

    def evaluate(planes: torch.Tensor, globals_: torch.Tensor) -> None:
        with torch.autocast("cpu", torch.bfloat16), masks_kept():
            module(planes, globals_)

    return counted(module, side, evaluate)


def as_a_copy(name: str, side: int) -> Cost:
    module = built(name)
    with masks_kept():
        return counted(module, side, PlayingCopy(module, "cpu").evaluate)


def compiled(name: str, side: int) -> Cost:
    """What torch.compile makes of the copy: launches in the code it writes, bytes as its scheduler counts them.

    It takes a minute.
    """
    from torch._inductor import compile_fx, metrics
    from torch._inductor.utils import run_and_get_code

    module = built(name)
    torch._dynamo.reset()
    metrics.reset()
    compile_fx.inductor_metrics_log.setLevel(logging.INFO)  # without it nothing is counted
    with torch._inductor.config.patch(force_disable_caches=True):
        _, code = run_and_get_code(PlayingCopy(module, "cpu", compiled=True).evaluate, *inputs(module, side))
    launches = sum(len(LAUNCH.findall(text[text.index("def call(") :])) for text in code)
    return Cost(launches, metrics.num_bytes_accessed / BATCH)


@contextlib.contextmanager
def masks_kept() -> Iterator[None]:
    """On a GPU nobody looks whether boards are full, so their masks stay."""
    kept = lambda planes: planes[:, mask.ON_BOARD : mask.ON_BOARD + 1]  # noqa: E731
    with contextlib.ExitStack() as patches:
        for module in [mask, *(m for name, m in sys.modules.items() if name.startswith("tessera_resnet."))]:
            if hasattr(module, "mask_of"):
                patches.enter_context(mock.patch.object(module, "mask_of", kept))
        yield


def main() -> None:
    print("| network, 6x128 | board | how | kernels | MB a position |\n|---|---|---|---|---|")
    for name in ("resnet", "tower"):
        for side in (9, 19):
            for how in (under_autocast, as_a_copy, *((compiled,) if name == "tower" else ())):
                cost = how(name, side)
                print(
                    f"| `{name}` | {side}x{side} | {how.__name__} | {cost.kernels} | {cost.bytes / 1e6:.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()

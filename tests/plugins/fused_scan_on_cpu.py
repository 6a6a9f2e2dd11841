"""Run as a script: the Triton kernels of `tessera_mamba.fused`, interpreted on the CPU, against the torch forms.

Prints one JSON object: for each case the largest relative difference of the output and of every gradient.
"""

from __future__ import annotations

import json
import os

os.environ["TRITON_INTERPRET"] = "1"  # read by triton while it is imported

from unittest import mock

import numpy as np
import torch
import triton.language as tl
from torch import Tensor

from tessera.rules.features import ON_BOARD, feature_set
from tessera_mamba import scan
from tessera_mamba.fused import fused_both
from tessera_mamba.kernel import Form
from tessera_mamba.network import MambaNet
from tessera_mamba.settings import MambaSettings

Line = tuple[Tensor, ...]
NAMES = ("x", "dt", "A", "B", "C")


def line(length: int, *, heads: int = 2, width: int = 32, state: int = 32) -> Line:
    """x, dt, A, B, C of 2 boards of 2 lines; every fifth point off the board."""
    random = torch.Generator().manual_seed(length)

    def normal(*shape: int) -> Tensor:
        return torch.randn(2, 2, length, *shape, generator=random)

    dt = torch.rand(2, 2, length, heads, generator=random) * 0.2
    dt[..., 4::5, :] = 0
    return normal(heads, width), dt, -torch.linspace(1.0, 16.0, heads), normal(state), normal(state)


def apart(inputs: Line) -> Line:
    """The same numbers as slices of a wider tensor, as a mixer has them, and B and C with their axes exchanged."""
    x, dt, A, B, C = inputs
    wide = torch.cat([x.flatten(-2), B], dim=-1)
    return wide[..., : -B.shape[-1]].unflatten(-1, x.shape[-2:]), dt, A, _turned(B), _turned(C)


def _turned(tensor: Tensor) -> Tensor:
    return tensor.transpose(0, 2).contiguous().transpose(0, 2)


def reference(*inputs: Tensor) -> Tensor:
    return scan.reversible(scan.sequential, *inputs)


def results(form: Form, inputs: Line) -> dict[str, Tensor]:
    leaves = [tensor.detach().requires_grad_() for tensor in inputs]
    y = form(*leaves)
    weights = torch.randn(y.shape, generator=torch.Generator().manual_seed(1))
    (y.float() * weights).sum().backward()
    gradients = [leaf.grad for leaf in leaves]
    assert all(gradient is not None for gradient in gradients)
    return {"y": y.detach(), **dict(zip(NAMES, gradients, strict=True))}


def differences(got: dict[str, Tensor], expected: dict[str, Tensor]) -> dict[str, float]:
    """The largest difference of each, by the largest value of it."""
    return {
        name: float((got[name].float() - tensor).abs().max() / tensor.abs().max().clamp(min=1e-6))
        for name, tensor in expected.items()
    }


def compare(inputs: Line) -> dict[str, float]:
    return differences(results(fused_both, inputs), results(reference, tuple(tensor.float() for tensor in inputs)))


def of_a_network() -> dict[str, float]:
    """Boards of 7, 9, 13 and 19 in one batch: the network's outputs and its parameters' gradients."""
    torch.manual_seed(0)
    settings = MambaSettings(blocks=2, width=16, head_dim=16, state=16, pool_every=0)
    features = feature_set(settings.features)
    planes = torch.rand(4, features.plane_count, 19, 19)
    planes[:, ON_BOARD] = 0
    for board, side in zip(planes, (7, 9, 13, 19), strict=True):
        board[ON_BOARD, :side, :side] = 1
    planes *= planes[:, ON_BOARD : ON_BOARD + 1]
    module = MambaNet(settings)
    found = []
    for taken in (False, True):
        module.zero_grad()
        with mock.patch.object(scan.fused, "takes", lambda x, state, taken=taken: taken):
            outputs = module(planes, torch.rand(4, features.global_count, generator=torch.Generator().manual_seed(2)))
        named = {name: tensor for name, tensor in outputs._asdict().items() if tensor is not None}
        sum((tensor.clamp(-10, 10) ** 2).sum() for tensor in named.values()).backward()
        gradients = {name: p.grad.clone() for name, p in module.named_parameters() if p.grad is not None}
        found.append({name: tensor.detach() for name, tensor in named.items()} | gradients)
    return differences(found[1], found[0])


def multiply_bfloat16() -> None:
    """Cure the interpreter: it keeps bfloat16 as 16-bit integers and multiplies those (seen in triton 3.9.0)."""
    from triton.runtime.interpreter import InterpreterBuilder, TensorHandle

    as_it_was = InterpreterBuilder.create_dot

    def create_dot(self: InterpreterBuilder, a: TensorHandle, b: TensorHandle, *rest: object) -> TensorHandle:
        return as_it_was(self, _float32(a), _float32(b), *rest)

    def _float32(handle: TensorHandle) -> TensorHandle:
        if handle.dtype.scalar != tl.bfloat16:
            return handle
        return TensorHandle((handle.data.astype(np.uint32) << 16).view(np.float32), tl.float32)

    InterpreterBuilder.create_dot = create_dot


def main() -> None:
    multiply_bfloat16()
    torch.set_num_threads(1)
    cases = {f"a line of {length}": line(length) for length in (1, 9, 19, 32)}
    cases["odd sizes"] = line(7, heads=3, width=24, state=5)
    cases["slices"] = apart(line(13))
    cases["long steps"] = tuple(tensor * scale for tensor, scale in zip(line(9), (1, 5, 1, 1, 1), strict=True))
    low = line(19)
    cases["bfloat16"] = tuple(low[i].bfloat16() if i in (0, 3, 4) else low[i] for i in range(5))
    found = {name: compare(inputs) for name, inputs in cases.items()}
    found["a network"] = of_a_network()
    print(json.dumps(found))


if __name__ == "__main__":
    main()

"""The scan of short lines in one kernel each way (`fused_kernels`), as an operation of torch, and when it is taken.

An operation of torch's own kind, so that gradients, `torch.compile`, CUDA graphs and fake tensors know it.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import Any

import torch
from torch import Tensor

LONGEST = 32
"""Points of a line: every board's rows fit."""
WIDEST = 64
"""Channels of a head, and states; beyond them a line no longer fits in registers."""
OLDEST = (8, 0)
"""CUDA capability from which bfloat16 is multiplied."""


@cache
def why_not() -> str:
    """Why no kernel runs on this machine; '' where they do."""
    if importlib.util.find_spec("triton") is None:
        return "triton is not installed (pip install 'tessera-go[mamba]')"
    if not torch.cuda.is_available():
        return "no CUDA device that torch can use"
    if torch.cuda.get_device_capability() < OLDEST:
        return f"the GPU's CUDA capability is below {OLDEST[0]}.{OLDEST[1]}"
    return ""


def fits(length: int, width: int, state: int) -> bool:
    """Whether a line of so many points, channels a head and states stays in registers."""
    return length <= LONGEST and max(width, state) <= WIDEST


def takes(x: Tensor, state: int) -> bool:
    """Whether `fused_both` is to be used for this x [..., L, H, P] and so many states."""
    return x.is_cuda and fits(x.shape[-3], x.shape[-1], state) and not why_not()


def fused_both(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Both directions, shapes as in `scan`; needs triton, and lines within LONGEST and WIDEST."""
    lines = (x.flatten(0, -4), dt.flatten(0, -3), A.float(), B.flatten(0, -3), C.flatten(0, -3))
    y: Tensor = _forward(*lines)
    return y.view(x.shape)


@torch.library.custom_op("tessera_mamba::scan_both", mutates_args=())
def _forward(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    from tessera_mamba import fused_kernels

    x, dt, B, C = (_rows(tensor) for tensor in (x, dt, B, C))
    y = torch.empty(x.shape, dtype=x.dtype, device=x.device)
    with _on(x):
        fused_kernels.forward[(x.shape[0],)](
            x, dt, A.contiguous(), B, C, y, x.shape[1], *_strides(x, dt, B, C), **shape(x, B)
        )
    return y


@torch.library.custom_op("tessera_mamba::scan_both_backward", mutates_args=())
def _backward(
    dy: Tensor, x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    from tessera_mamba import fused_kernels

    dy, x, dt, B, C = (_rows(tensor) for tensor in (dy, x, dt, B, C))
    dx, ddt, dB, dC = (torch.empty(t.shape, dtype=t.dtype, device=t.device) for t in (x, dt, B, C))
    dA = torch.empty(x.shape[0], x.shape[2], dtype=torch.float32, device=x.device)
    with _on(x):
        fused_kernels.backward[(x.shape[0],)](
            x, dt, A.contiguous(), B, C, dy, dx, ddt, dA, dB, dC, x.shape[1], *_strides(x, dt, B, C, dy), **shape(x, B)
        )
    return dx, ddt, dA.sum(0), dB, dC


@_forward.register_fake
def _(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    return x.new_empty(x.shape)


@_backward.register_fake
def _(
    dy: Tensor, x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    return x.new_empty(x.shape), dt.new_empty(dt.shape), torch.empty_like(A), B.new_empty(B.shape), C.new_empty(C.shape)


def _keep(ctx: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
    ctx.save_for_backward(*inputs)


def _gradients(ctx: Any, dy: Tensor) -> tuple[Tensor, ...]:
    return _backward(dy, *ctx.saved_tensors)


_forward.register_autograd(_gradients, setup_context=_keep)


def shape(x: Tensor, B: Tensor) -> dict[str, int]:
    """The constants of a launch: sizes, and their paddings to the powers of two that matrix units multiply."""
    heads, width, state = x.shape[2], x.shape[3], B.shape[2]
    return {
        "HEADS": heads,
        "WIDTH": width,
        "STATE": state,
        "LINE": _padded(x.shape[1]),
        "CHANNELS": _padded(width),
        "STATES": _padded(state),
        # One for every 32 bytes of a row holds any line in registers: `python -m tests.plugins.fused_ahead`.
        "num_warps": max(32, _padded(width), _padded(state)) * x.element_size() // 32,
    }


def _padded(size: int) -> int:
    return max(16, 1 << (size - 1).bit_length())


def _rows(tensor: Tensor) -> Tensor:
    """[lines, L, ...] as it lies in memory where each point's numbers are one row, else a copy."""
    return tensor if tensor[0, 0].is_contiguous() else tensor.contiguous()


def _strides(*tensors: Tensor) -> list[int]:
    """From line to line and from point to point."""
    return [step for tensor in tensors for step in tensor.stride()[:2]]


def _on(x: Tensor) -> Any:
    """Triton launches on the current device, which need not be the tensor's."""
    return torch.cuda.device(x.device if x.is_cuda else -1)

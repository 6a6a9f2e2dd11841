"""Floating-point operations: how many an evaluation takes, and how many a device can do in a second.

An operation is one multiplication or one addition, as in the makers' data sheets.
"""

from __future__ import annotations

import time

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from tessera.interfaces.network import features_of
from tessera.nn.positions import random_positions

BATCH = 8
SIDES = {"cpu": (512, 2048), "cuda": (4096, 8192)}
"""Rows of the square matrices a peak is measured with, by device type. Small ones are done before a busy machine's
scheduler interrupts them; large ones keep many cores busy."""
PEAKS = ("float32", "bfloat16")


def flops_per_evaluation(network: nn.Module, *, side: int, device: str) -> float:
    """Operations for one position, as torch counts them.

    Only products of matrices, convolutions and attention are counted. What a network does element by element is not:
    norms, activations, pooling, and the recurrence of a state-space scan where it is no matrix product.
    """
    planes, globals_ = (tensor.to(device) for tensor in random_positions(BATCH, side, features=features_of(network)))
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(planes, globals_)
    return counter.get_total_flops() / BATCH


def peaks(device: str) -> dict[str, float]:
    """Operations per second of the device, by type of number, with as many threads as torch has now."""
    return {name: peak(device, getattr(torch, name)) for name in PEAKS}


def peak(device: str, dtype: torch.dtype, *, seconds: float = 0.8) -> float:
    """Operations per second in the fastest of many products of two large square matrices; takes about `seconds`."""
    sides = SIDES[torch.device(device).type]
    return max(_fastest(side, device, dtype, seconds / len(sides)) for side in sides)


def _fastest(side: int, device: str, dtype: torch.dtype, seconds: float) -> float:
    left, right = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    times: list[float] = []
    _timed_product(left, right)
    while sum(times) < seconds:
        times.append(_timed_product(left, right))
    return 2.0 * side**3 / min(times)


def _timed_product(left: torch.Tensor, right: torch.Tensor) -> float:
    start = time.perf_counter()
    torch.mm(left, right)
    if left.is_cuda:
        torch.cuda.synchronize(left.device)
    return time.perf_counter() - start

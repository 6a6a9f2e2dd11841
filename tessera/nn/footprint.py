"""How much memory a network takes, from shapes alone: nothing is computed and nothing allocated."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from tessera.interfaces.network import features_of

COPIES = {"model": 2, "optimiser": 3, "checkpoint": 4}
"""Copies of the weights while learning: weights and their EMA; gradient and AdamW's two; the last checkpoint's weights,
EMA and AdamW's two."""


def weight_bytes(module: nn.Module) -> int:
    """Bytes of the weights."""
    return sum(p.numel() * p.element_size() for p in module.parameters())


def learning_bytes(module: nn.Module) -> dict[str, int]:
    """Bytes of all copies of the weights, by what they are for."""
    return {part: copies * weight_bytes(module) for part, copies in COPIES.items()}


def activation_bytes(module: nn.Module, *, batch: int, side: int, kept: bool) -> int:
    """Bytes of what a forward pass of `batch` positions computes in float32, counted on torch's meta device.

    kept: everything stays for the gradient: the outputs of all operations, an upper bound. Else: twice what the
    largest single operation reads and writes.
    """
    ghost = copy.deepcopy(module).to("meta")
    features = features_of(module)
    planes = torch.ones(batch, features.plane_count, side, side, device="meta")
    globals_ = torch.ones(batch, features.global_count, device="meta")
    with torch.no_grad(), _Operations() as seen:
        ghost(planes, globals_)
    return seen.total if kept else 2 * seen.largest


class _Operations(TorchDispatchMode):
    """Adds up the bytes of tensors that operations make; views make none."""

    def __init__(self) -> None:
        super().__init__()
        self.total = self.largest = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        made = [tensor for tensor in _tensors(result) if tensor._base is None]
        read = _tensors(args)
        aliased = {id(tensor.untyped_storage()) for tensor in read}
        new = sum(_bytes(tensor) for tensor in made if id(tensor.untyped_storage()) not in aliased)
        self.total += new
        self.largest = max(self.largest, new + sum(_bytes(tensor) for tensor in read))
        return result


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in _tensors(item)]
    return []


def _bytes(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()

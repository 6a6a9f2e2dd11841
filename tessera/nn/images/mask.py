"""Which points are on the board, and whether anybody needs to ask."""

from __future__ import annotations

import torch
from torch import Tensor

Mask = Tensor | None
"""[B, 1, N, N]: 1 on the board, 0 off it; None: all points of all boards are on it."""


def mask_of(planes: Tensor) -> Mask:
    """planes [B, F, N, N] -> their mask, None where the boards are seen to fill the tensor.

    Looked at on the CPU alone: elsewhere the answer would cost a wait for the device, and while a graph is being
    traced it would be fixed for ever. There the mask is kept, which is right for every board.
    """
    mask = planes[:, :1]
    if planes.device.type != "cpu" or torch.jit.is_tracing() or torch.compiler.is_compiling():
        return mask
    return None if bool((mask > 0).all()) else mask


def masked(x: Tensor, mask: Mask) -> Tensor:
    """x [B, D, N, N] with zeros off the board."""
    return x if mask is None else x * mask

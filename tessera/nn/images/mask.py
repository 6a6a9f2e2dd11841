"""Which points are on the board, and whether anybody needs to ask."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from tessera.interfaces.network import Outputs
from tessera.rules.features import ON_BOARD

Mask = Tensor | None
"""[B, 1, N, N]: 1 on the board, 0 off it; None: all points of all boards are on it."""


def mask_of(planes: Tensor) -> Mask:
    """planes [B, F, N, N] -> their mask, None where the boards are seen to fill the tensor.

    Looked at on the CPU alone: elsewhere the answer would cost a wait for the device, and while a graph is being
    traced it would be fixed for ever. There the mask is kept, which is right for every board.
    """
    mask = planes[:, ON_BOARD : ON_BOARD + 1]
    if planes.device.type != "cpu" or torch.jit.is_tracing() or torch.compiler.is_compiling():
        return mask
    return None if bool((mask > 0).all()) else mask


def masked(x: Tensor, mask: Mask) -> Tensor:
    """x [B, D, N, N] with zeros off the board."""
    return x if mask is None else x * mask


@runtime_checkable
class KnowsFullBoards(Protocol):
    """A network with a way of its own for boards that fill their tensor."""

    def full(self, planes: Tensor, globals_: Tensor) -> Outputs:
        """What `forward` says of such boards; whether they are full is not looked at."""
        ...


class FullBoards(nn.Module):
    """The way of `network` for full boards, as a module: for tracing and compiling."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, planes: Tensor, globals_: Tensor) -> Outputs:
        assert isinstance(self.network, KnowsFullBoards)
        return self.network.full(planes, globals_)

"""The input stem: planes and globals to tokens, with the mask of the points on the board."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tessera.interfaces.network import F, G


def board_mask(planes: Tensor) -> Tensor:
    """planes [B, F, N, N] -> mask [B, N, N, 1]: 1 on the board, 0 off it (plane 0)."""
    return planes[:, 0, :, :, None]


class Stem(nn.Module):
    """A 3x3 convolution over the planes plus a projection of the globals, added at every point."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.points = nn.Conv2d(F, width, 3, padding=1)
        self.globals = nn.Linear(G, width)

    def forward(self, planes: Tensor, globals_: Tensor) -> tuple[Tensor, Tensor]:
        """planes [B, F, N, N], globals_ [B, G] -> tokens [B, N, N, width], mask [B, N, N, 1]."""
        assert planes.ndim == 4 and planes.shape[1] == F and planes.shape[2] == planes.shape[3], planes.shape
        assert globals_.shape == (planes.shape[0], G), globals_.shape
        mask = board_mask(planes)
        image = (planes * planes[:, :1]).contiguous(memory_format=torch.channels_last)
        return self.points(image).permute(0, 2, 3, 1) + self.globals(globals_)[:, None, None, :], mask

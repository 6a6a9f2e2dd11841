"""The input stem: planes and globals to tokens, with the mask of the points on the board."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tessera.rules.features import BASIC, ON_BOARD, FeatureSet


def board_mask(planes: Tensor) -> Tensor:
    """planes [B, F, N, N] -> mask [B, N, N, 1]: 1 on the board, 0 off it."""
    return planes[:, ON_BOARD, :, :, None]


class Stem(nn.Module):
    """A 3x3 convolution over the planes plus a projection of the globals, added at every point."""

    def __init__(self, width: int, features: FeatureSet = BASIC) -> None:
        super().__init__()
        self._counts = features.plane_count, features.global_count
        self.points = nn.Conv2d(features.plane_count, width, 3, padding=1)
        self.globals = nn.Linear(features.global_count, width)

    def forward(self, planes: Tensor, globals_: Tensor) -> tuple[Tensor, Tensor]:
        """planes [B, F, N, N], globals_ [B, G] -> tokens [B, N, N, width], mask [B, N, N, 1]."""
        assert planes.ndim == 4 and planes.shape[2] == planes.shape[3] and len(planes) == len(globals_), planes.shape
        assert (planes.shape[1], globals_.shape[1]) == self._counts, (planes.shape, globals_.shape)
        mask = board_mask(planes)
        image = (planes * planes[:, ON_BOARD : ON_BOARD + 1]).contiguous(memory_format=torch.channels_last)
        return self.points(image).permute(0, 2, 3, 1) + self.globals(globals_)[:, None, None, :], mask

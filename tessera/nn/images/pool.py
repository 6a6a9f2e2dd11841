"""Pooling over the points of a board, with the three statistics of `tessera.nn.pool`."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from tessera.nn.images.mask import Mask, masked
from tessera.nn.pool import MIDDLE_SIDE, SIDE_SCALE, STATISTICS


def image_pool(x: Tensor, mask: Mask) -> Tensor:
    """x [B, D, N, N], not negative -> [B, 3 D] float32: mean, mean * (side - 14) / 10, maximum."""
    # torch's maximum over bfloat16 takes ten times as long, and sums want float32 anyway.
    x = masked(x, mask).float()
    largest = x.amax(dim=(2, 3))
    if mask is None:
        mean = x.mean(dim=(2, 3))
        return torch.cat((mean, mean * ((x.shape[-1] - MIDDLE_SIDE) / SIDE_SCALE), largest), dim=1)
    points = mask.sum(dim=(2, 3)).clamp(min=1.0)
    mean = x.sum(dim=(2, 3)) / points
    return torch.cat((mean, mean * ((points.sqrt() - MIDDLE_SIDE) / SIDE_SCALE), largest), dim=1)


class ImagePoolBias(nn.Module):
    """Global context as a bias for all points: pool a few channels, project back to the full width."""

    def __init__(self, width: int, *, pooled: int = 32) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(width, pooled, 1)
        self.project = nn.Linear(STATISTICS * pooled, width)
        nn.init.normal_(self.project.weight, std=0.1 * (STATISTICS * pooled) ** -0.5)
        nn.init.zeros_(self.project.bias)

    def forward(self, u: Tensor, mask: Mask) -> Tensor:
        """u [B, width, N, N] -> [B, width, 1, 1]."""
        pooled = image_pool(functional.relu(self.squeeze(u)), mask).to(u.dtype)
        context: Tensor = self.project(pooled)
        return context[:, :, None, None]

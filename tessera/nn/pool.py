"""Pooling over the points of a board, so that every point can know the whole position.

The three statistics follow KataGo (Wu 2019, 'Accelerating Self-Play Learning in Go'): mean, mean scaled by the
board's side, maximum. The scaled mean lets one set of weights tell board sizes apart.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

STATISTICS = 3
MIDDLE_SIDE, SIDE_SCALE = 14.0, 10.0
"""(side - 14) / 10 stays within about -1..1 on boards 4 to 25."""


def board_pool(x: Tensor, mask: Tensor) -> Tensor:
    """x [B, N, N, D], not negative; mask [B, N, N, 1] -> [B, 3 D]: mean, mean * (side - 14) / 10, maximum.

    A maximum over values that are not negative may count the zeros off the board, which keeps it exact without -inf.
    """
    x = x * mask
    points = mask.sum(dim=(1, 2)).clamp(min=1.0)
    mean = x.sum(dim=(1, 2)) / points
    side = (points.sqrt() - MIDDLE_SIDE) / SIDE_SCALE
    return torch.cat((mean, mean * side, x.amax(dim=(1, 2))), dim=-1)


class PoolBias(nn.Module):
    """Global context as a bias for all points: pool a few channels, project back to the full width."""

    def __init__(self, width: int, *, pooled: int = 32) -> None:
        super().__init__()
        self.squeeze = nn.Linear(width, pooled)
        self.project = nn.Linear(STATISTICS * pooled, width)
        nn.init.normal_(self.project.weight, std=0.1 * (STATISTICS * pooled) ** -0.5)
        nn.init.zeros_(self.project.bias)

    def forward(self, u: Tensor, mask: Tensor) -> Tensor:
        """u [B, N, N, width], mask [B, N, N, 1] -> [B, 1, 1, width]."""
        context: Tensor = self.project(board_pool(functional.relu(self.squeeze(u)), mask))
        return context[:, None, None, :]

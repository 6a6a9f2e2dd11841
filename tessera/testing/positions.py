"""Positions to feed networks with: random stones, deterministic under a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.rules.features import BASIC, FORBIDDEN, LIBERTIES, ON_BOARD, OPPONENT, OWN, FeatureSet

if TYPE_CHECKING:
    import torch


def random_inputs(
    batch: int, size: int, *, seed: int = 0, features: FeatureSet = BASIC
) -> tuple[torch.Tensor, torch.Tensor]:
    """planes [batch, F, size, size] of zeros and ones, globals [batch, G] in -1..1, shaped like real inputs."""
    import torch

    dice = torch.Generator().manual_seed(seed)
    stones = torch.randint(0, 3, (batch, size, size), generator=dice)
    liberties = torch.randint(0, 3, (batch, size, size), generator=dice)
    planes = torch.zeros(batch, features.plane_count, size, size)
    planes[:, ON_BOARD] = 1
    planes[:, OWN], planes[:, OPPONENT] = (stones == 1).float(), (stones == 2).float()
    for plane in range(3):
        planes[:, LIBERTIES + plane] = ((stones > 0) & (liberties == plane)).float()
    for plane in range(FORBIDDEN, features.plane_count):
        point = torch.randint(0, size * size, (batch, 1), generator=dice)
        planes[:, plane].view(batch, -1).scatter_(1, point, 1.0)
    globals_ = torch.rand(batch, features.global_count, generator=dice) * 2 - 1
    return planes, globals_

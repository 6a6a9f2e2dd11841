"""Made-up positions that networks are timed, compared and measured on."""

from __future__ import annotations

import torch
from torch import Tensor

from tessera.rules.features import BASIC, KOMI, LIBERTIES, ON_BOARD, OPPONENT, OWN, SIDE, FeatureSet


def random_positions(batch: int, side: int, *, seed: int = 0, features: FeatureSet = BASIC) -> tuple[Tensor, Tensor]:
    """Planes [batch, F, side, side] of random bits on a full board and globals [batch, G]: for timing, not for Go."""
    random = torch.Generator().manual_seed(seed)
    planes = (torch.rand(batch, features.plane_count, side, side, generator=random) < 0.3).float()
    planes[:, ON_BOARD] = 1.0
    return planes, torch.randn(batch, features.global_count, generator=random)


def plausible_positions(count: int, size: int, features: FeatureSet) -> tuple[Tensor, Tensor]:
    """planes [count, F, size, size] and globals [count, G] much like those of games: stones from few to many."""
    random = torch.Generator().manual_seed(size)
    filled = torch.linspace(0.05, 0.75, count)[:, None, None]
    chance = torch.rand(count, size, size, generator=random)
    own, theirs = chance < filled / 2, (chance >= filled / 2) & (chance < filled)
    liberties = torch.randint(3, (count, size, size), generator=random)
    planes, globals_ = torch.zeros(count, features.plane_count, size, size), torch.zeros(count, features.global_count)
    planes[:, ON_BOARD], planes[:, OWN], planes[:, OPPONENT] = 1.0, own.float(), theirs.float()
    for number in range(3):
        planes[:, LIBERTIES + number] = ((own | theirs) & (liberties == number)).float()
    if features.globals_ == BASIC.globals_:
        globals_[:, KOMI], globals_[:, SIDE] = torch.linspace(-0.5, 0.5, count), size / 19
    return planes, globals_

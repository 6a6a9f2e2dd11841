"""The eight symmetries of the board as tables of points, for planes, policies and ownership alike."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from tessera.training.targets import Positions

SYMMETRIES = 8
IDENTITY = 0


@lru_cache(maxsize=32)
def point_tables(side: int) -> Tensor:
    """[8, A] int64: row s says which old point comes to each new point; pass stays itself. Row 0 is the identity."""
    board = torch.arange(side * side).reshape(side, side)
    images = [torch.rot90(start, turns) for start in (board, board.T) for turns in range(4)]
    rows = torch.stack([image.reshape(-1) for image in images])
    return torch.cat((rows, torch.full((SYMMETRIES, 1), side * side)), dim=1)


@lru_cache(maxsize=32)
def moved_actions(side: int) -> Tensor:
    """[8, A] int64: row s says where each old action goes to; the inverse of `point_tables`."""
    return point_tables(side).argsort(dim=1)


def forget_tables() -> None:
    """Free them; they are made again when they are asked for."""
    point_tables.cache_clear()
    moved_actions.cache_clear()


def transformed(positions: Positions, which: Tensor) -> Positions:
    """Every position turned and mirrored by its own symmetry which[n] (0..7), all its fields alike."""
    n, planes, points = positions.planes.shape
    side = round(points**0.5)
    actions = point_tables(side).to(which.device)[which]
    on_board = actions[:, :points]
    return positions._replace(
        planes=positions.planes.gather(2, on_board[:, None].expand(n, planes, points)),
        policy=positions.policy.gather(1, actions),
        ownership=positions.ownership.gather(1, on_board),
        opponent_policy=positions.opponent_policy.gather(1, actions),
        action=moved_actions(side).to(which.device)[which, positions.action.long()].to(positions.action.dtype),
    )

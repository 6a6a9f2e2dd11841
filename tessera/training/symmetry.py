"""Positions to learn from, turned and mirrored with all that belongs to them."""

from __future__ import annotations

from torch import Tensor

from tessera.nn.symmetry import moved_actions, point_tables
from tessera.training.targets import Positions


def transformed(positions: Positions, which: Tensor) -> Positions:
    """Every position turned and mirrored by its own symmetry which[n] (0..7), all its fields alike."""
    n, planes, points = positions.planes.shape
    side = round(points**0.5)
    actions = point_tables(side, which.device)[which]
    on_board = actions[:, :points]
    return positions._replace(
        planes=positions.planes.gather(2, on_board[:, None].expand(n, planes, points)),
        policy=positions.policy.gather(1, actions),
        ownership=positions.ownership.gather(1, on_board),
        opponent_policy=positions.opponent_policy.gather(1, actions),
        action=moved_actions(side, which.device)[which, positions.action.long()].to(positions.action.dtype),
    )

"""The eight symmetries of the board as tables of points, for planes, policies and ownership alike."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from tessera.interfaces.network import Outputs

SYMMETRIES = 8
IDENTITY = 0
MAIN_MEMORY = torch.device("cpu")


@lru_cache(maxsize=64)
def point_tables(side: int, device: torch.device = MAIN_MEMORY) -> Tensor:
    """[8, A] int64: row s says which old point comes to each new point; pass stays itself. Row 0 is the identity.

    It is copied to a device once.
    """
    if device != MAIN_MEMORY:
        return point_tables(side).to(device)
    board = torch.arange(side * side).reshape(side, side)
    images = [torch.rot90(start, turns) for start in (board, board.T) for turns in range(4)]
    rows = torch.stack([image.reshape(-1) for image in images])
    return torch.cat((rows, torch.full((SYMMETRIES, 1), side * side)), dim=1)


@lru_cache(maxsize=64)
def moved_actions(side: int, device: torch.device = MAIN_MEMORY) -> Tensor:
    """[8, A] int64: row s says where each old action goes to; the inverse of `point_tables`."""
    return point_tables(side).argsort(dim=1).to(device)


def forget_tables() -> None:
    """Free them; they are made again when they are asked for."""
    point_tables.cache_clear()
    moved_actions.cache_clear()


def turned(planes: Tensor, which: Tensor) -> Tensor:
    """planes [B, F, N, N], each position turned and mirrored by its own symmetry which[b] (0..7)."""
    count, kinds, side, _ = planes.shape
    points = point_tables(side, planes.device)[which, :-1]
    return planes.flatten(2).gather(2, points[:, None].expand(count, kinds, side * side)).view_as(planes)


def turned_back(outputs: Outputs, which: Tensor) -> Outputs:
    """What a network says of `turned(planes, which)`, for the planes as they were."""
    side = round((outputs.policy.shape[1] - 1) ** 0.5)
    actions = moved_actions(side, outputs.policy.device)[which]
    return outputs._replace(
        policy=outputs.policy.gather(1, actions),
        ownership=outputs.ownership.gather(1, actions[:, :-1]),
        opponent_policy=outputs.opponent_policy.gather(1, actions),
    )


def averaged(outputs: Outputs) -> Outputs:
    """What a network says of the eight images of each position, [B * 8] turned back, as one answer for each: [B].

    Probabilities are averaged, not logits: a move that one image overlooks stays possible.
    """

    def mean(answer: Tensor) -> Tensor:
        return answer.float().view(-1, SYMMETRIES, *answer.shape[1:]).mean(1)

    def mean_logits(answer: Tensor) -> Tensor:
        return mean(answer.float().softmax(1)).log()

    return Outputs(
        policy=mean_logits(outputs.policy),
        value=mean_logits(outputs.value),
        score=mean(outputs.score),
        ownership=mean(outputs.ownership),
        opponent_policy=mean_logits(outputs.opponent_policy),
    )

"""What a finished game teaches: for each of its positions, the targets of every head.

All targets are from the view of the side to play in that position, like the network's outputs.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from tessera.rules.coords import BLACK, EMPTY

WIN, DRAW, LOSS = 0, 1, 2
"""Classes of the value head, in its order."""


class Positions(NamedTuple):
    """n positions with their targets, packed for storage; `planes_of` unpacks the first field."""

    planes: Tensor
    """[n, F, P] uint8, the network's input planes (zeros and ones)."""
    globals_: Tensor
    """[n, G] float32"""
    policy: Tensor
    """[n, A] float16 probabilities."""
    value: Tensor
    """[n] int8: WIN, DRAW or LOSS."""
    score: Tensor
    """[n] float32 final points for the side to play, komi included."""
    ownership: Tensor
    """[n, P] int8 at the end: 1 the side to play, -1 the opponent, 0 nobody."""
    reply: Tensor
    """[n, A] float16 probabilities of the opponent's next move; zeros where none was recorded."""


FIELDS = {
    "planes": torch.uint8,
    "globals_": torch.float32,
    "policy": torch.float16,
    "value": torch.int8,
    "score": torch.float32,
    "ownership": torch.int8,
    "reply": torch.float16,
}
"""dtype of each field of `Positions`."""


def finished_game(
    planes: Tensor, globals_: Tensor, policy: Tensor, color: Tensor, *, margin: float, owner: Tensor
) -> Positions:
    """Targets for consecutive positions of one game.

    planes [n, F, P], globals_ [n, G], policy [n, A] as recorded, color [n] the side to play; `margin` is Black's
    final score, komi included, and owner [P] holds EMPTY, BLACK or WHITE.
    """
    assert color.ndim == 1 and len(color) == len(planes) == len(globals_) == len(policy), color.shape
    black = color == BLACK
    score = torch.where(black, margin, -margin).float()
    value = torch.full_like(color, DRAW, dtype=torch.int8)
    value[score > 0], value[score < 0] = WIN, LOSS
    mine = (owner[None] == color[:, None]).to(torch.int8)
    ownership = torch.where(owner[None] == EMPTY, torch.zeros_like(mine), 2 * mine - 1)
    reply = torch.zeros_like(policy)
    reply[:-1] = policy[1:]
    return Positions(planes, globals_, policy, value, score, ownership, reply)


def planes_of(positions: Positions) -> Tensor:
    """[n, F, N, N] float32 network input."""
    n, planes, points = positions.planes.shape
    side = round(points**0.5)
    return positions.planes.float().reshape(n, planes, side, side)

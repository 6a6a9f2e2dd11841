"""What finished games teach: for each of their positions, the targets of every head.

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
    """[n, A] float16 probabilities: what a search says, or what the move was drawn from."""
    value: Tensor
    """[n] int8: WIN, DRAW or LOSS."""
    score: Tensor
    """[n] float32 final points for the side to play, komi included; NaN where the game was not counted."""
    ownership: Tensor
    """[n, P] int8 at the end: 1 the side to play, -1 the opponent, 0 nobody (or not counted, see `score`)."""
    opponent_policy: Tensor
    """[n, A] float16 probabilities of the opponent's next move; zeros where none was recorded."""
    action: Tensor
    """[n] int16: the move that was played, 0..P."""
    predicted_value: Tensor
    """[n] float32: wins less losses that the network predicted, -1..1."""


FIELDS = {
    "planes": torch.uint8,
    "globals_": torch.float32,
    "policy": torch.float16,
    "value": torch.int8,
    "score": torch.float32,
    "ownership": torch.int8,
    "opponent_policy": torch.float16,
    "action": torch.int16,
    "predicted_value": torch.float32,
}
"""dtype of each field of `Positions`."""


class Recorded(NamedTuple):
    """R finished games of one board side as they were played: L rows each, of which the first `length` count."""

    length: Tensor
    """[R] int64"""
    planes: Tensor
    """[R, L, F, P] uint8"""
    globals_: Tensor
    """[R, L, G] float32"""
    policy: Tensor
    """[R, L, A] float16"""
    color: Tensor
    """[R, L] int8: the side to play, BLACK or WHITE."""
    action: Tensor
    """[R, L] int16"""
    predicted_value: Tensor
    """[R, L] float32"""
    copies: Tensor
    """[R, L] int64: how often a position is to be learned from beside the others; 0 leaves it out."""


def finished_games(games: Recorded, *, margin: Tensor, owner: Tensor) -> Positions:
    """Targets for the positions of R games, one game after the other.

    margin [R] float32: Black's final score, komi included; owner [R, P] holds EMPTY, BLACK or WHITE.
    """
    rows, longest = games.color.shape
    assert margin.shape == (rows,) and owner.shape[0] == rows, (margin.shape, owner.shape)
    steps = torch.arange(longest, device=games.color.device)
    copies = torch.where(steps < games.length[:, None], games.copies, 0)
    game, step = copies.nonzero(as_tuple=True)
    color = games.color[game, step]
    score = torch.where(color == BLACK, margin[game], -margin[game])
    ends = owner[game]
    mine = (ends == color[:, None]).to(torch.int8)
    policy = games.policy[game, step]
    answered = step + 1 < games.length[game]
    after = (step + 1).clamp(max=longest - 1)
    positions = Positions(
        planes=games.planes[game, step],
        globals_=games.globals_[game, step],
        policy=policy,
        value=outcome(score),
        score=score.float(),
        ownership=torch.where(ends == EMPTY, torch.zeros_like(mine), 2 * mine - 1),
        opponent_policy=torch.where(answered[:, None], games.policy[game, after], torch.zeros_like(policy)),
        action=games.action[game, step],
        predicted_value=games.predicted_value[game, step],
    )
    again = copies[game, step]
    return Positions(*(field.repeat_interleave(again, dim=0) for field in positions))


def outcome(score: Tensor) -> Tensor:
    """[n] points -> [n] int8 WIN, DRAW or LOSS."""
    value = torch.full_like(score, DRAW, dtype=torch.int8)
    value[score > 0], value[score < 0] = WIN, LOSS
    return value


def planes_of(positions: Positions) -> Tensor:
    """[n, F, N, N] float32 network input."""
    n, planes, points = positions.planes.shape
    side = round(points**0.5)
    return positions.planes.float().reshape(n, planes, side, side)

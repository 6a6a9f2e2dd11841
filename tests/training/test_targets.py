"""Targets of games made by hand: whose view, which sign, which reply."""

from __future__ import annotations

import pytest
import torch

from tessera.interfaces.network import F, G
from tessera.rules.coords import BLACK, WHITE
from tessera.training.targets import DRAW, LOSS, WIN, Positions, finished_game, planes_of

#  X X .     Black has the two upper rows, White the lower one.
#  X . X
#  O O O
OWNER = torch.tensor([1, 1, 1, 1, 1, 1, 2, 2, 2], dtype=torch.int8)
NEUTRAL = torch.tensor([1, 1, 0, 1, 0, 0, 0, 2, 2], dtype=torch.int8)


def recorded(colors: list[int], *, margin: float, owner: torch.Tensor = OWNER) -> Positions:
    n = len(colors)
    policy = torch.eye(10, dtype=torch.float16)[:n]
    color = torch.tensor(colors, dtype=torch.int8)
    planes = torch.zeros(n, F, 9, dtype=torch.uint8)
    return finished_game(planes, torch.zeros(n, G), policy, color, margin=margin, owner=owner)


@pytest.mark.parametrize(
    ("margin", "black", "white"),
    [(3.5, WIN, LOSS), (-0.5, LOSS, WIN), (0.0, DRAW, DRAW)],
)
def test_value_and_score_belong_to_the_side_to_play(margin: float, black: int, white: int) -> None:
    positions = recorded([BLACK, WHITE, BLACK], margin=margin)
    assert positions.value.tolist() == [black, white, black]
    assert positions.score.tolist() == [margin, -margin, margin]


def test_ownership_belongs_to_the_side_to_play() -> None:
    positions = recorded([BLACK, WHITE], margin=3.0)
    assert positions.ownership[0].tolist() == [1] * 6 + [-1] * 3
    assert positions.ownership[1].tolist() == [-1] * 6 + [1] * 3


def test_points_of_nobody_count_for_nobody() -> None:
    black, white = recorded([BLACK, WHITE], margin=0.0, owner=NEUTRAL).ownership
    assert black.tolist() == [1, 1, 0, 1, 0, 0, 0, -1, -1]
    assert white.tolist() == [-1, -1, 0, -1, 0, 0, 0, 1, 1]


def test_the_reply_is_the_next_positions_policy_and_none_for_the_last() -> None:
    positions = recorded([WHITE, BLACK, WHITE], margin=1.0)
    assert torch.equal(positions.reply[:2], positions.policy[1:])
    assert positions.reply[2].sum() == 0


def test_planes_unpack_row_by_row() -> None:
    positions = recorded([BLACK], margin=1.0)
    positions.planes[0, 3, 5] = 1
    planes = planes_of(positions)
    assert planes.shape == (1, F, 3, 3) and planes.dtype == torch.float32
    assert planes[0, 3, 1, 2] == 1 and planes.sum() == 1

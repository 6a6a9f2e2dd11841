"""Targets of games made by hand: whose view, which sign, which reply, how often."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from tessera.interfaces.network import F, G
from tessera.rules.coords import BLACK, WHITE
from tessera.training.targets import DRAW, LOSS, WIN, Positions, Recorded, finished_games, planes_of

#  X X .     Black has the two upper rows, White the lower one.
#  X . X
#  O O O
OWNER = torch.tensor([1, 1, 1, 1, 1, 1, 2, 2, 2], dtype=torch.int8)
NEUTRAL = torch.tensor([1, 1, 0, 1, 0, 0, 0, 2, 2], dtype=torch.int8)
JUNK = 9
"""What the rows after a game's end hold: they were used by the game before."""


def recorded(*games: list[int], copies: list[list[int]] | None = None) -> Recorded:
    """Games by the colours of their positions. Position s of game r has the policy, action and number 3r + s."""
    rows, longest = len(games), max(len(colors) for colors in games)
    color = torch.full((rows, longest), BLACK, dtype=torch.int8)
    again = torch.full((rows, longest), JUNK)
    for row, colors in enumerate(games):
        color[row, : len(colors)] = torch.tensor(colors, dtype=torch.int8)
        again[row, : len(colors)] = torch.tensor(copies[row]) if copies else 1
    number = 3 * torch.arange(rows)[:, None] + torch.arange(longest)
    return Recorded(
        length=torch.tensor([len(colors) for colors in games]),
        planes=torch.zeros(rows, longest, F, 9, dtype=torch.uint8),
        globals_=torch.zeros(rows, longest, G),
        policy=torch.eye(10, dtype=torch.float16)[number % 10],
        color=color,
        action=(number % 10).to(torch.int16),
        predicted_value=number / 10,
        copies=again,
    )


def one(colors: list[int], *, margin: float, owner: Tensor = OWNER) -> Positions:
    return finished_games(recorded(colors), margin=torch.tensor([margin]), owner=owner[None])


@pytest.mark.parametrize(
    ("margin", "black", "white"),
    [(3.5, WIN, LOSS), (-0.5, LOSS, WIN), (0.0, DRAW, DRAW)],
)
def test_value_and_score_belong_to_the_side_to_play(margin: float, black: int, white: int) -> None:
    positions = one([BLACK, WHITE, BLACK], margin=margin)
    assert positions.value.tolist() == [black, white, black]
    assert positions.score.tolist() == [margin, -margin, margin]


def test_ownership_belongs_to_the_side_to_play() -> None:
    positions = one([BLACK, WHITE], margin=3.0)
    assert positions.ownership[0].tolist() == [1] * 6 + [-1] * 3
    assert positions.ownership[1].tolist() == [-1] * 6 + [1] * 3


def test_points_of_nobody_count_for_nobody() -> None:
    black, white = one([BLACK, WHITE], margin=0.0, owner=NEUTRAL).ownership
    assert black.tolist() == [1, 1, 0, 1, 0, 0, 0, -1, -1]
    assert white.tolist() == [-1, -1, 0, -1, 0, 0, 0, 1, 1]


def test_the_reply_is_the_next_positions_policy_and_none_for_the_last() -> None:
    positions = one([WHITE, BLACK, WHITE], margin=1.0)
    assert torch.equal(positions.opponent_policy[:2], positions.policy[1:])
    assert positions.opponent_policy[2].sum() == 0


def test_games_of_different_length_keep_to_themselves() -> None:
    games = recorded([BLACK, WHITE, BLACK], [WHITE], [BLACK, WHITE])
    positions = finished_games(
        games, margin=torch.tensor([2.0, -5.0, 0.0]), owner=torch.stack((OWNER, NEUTRAL, 3 - OWNER))
    )
    assert positions.action.tolist() == [0, 1, 2, 3, 6, 7]
    assert positions.predicted_value.tolist() == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.6, 0.7])
    assert positions.score.tolist() == [2, -2, 2, 5, 0, 0]
    assert positions.value.tolist() == [WIN, LOSS, WIN, WIN, DRAW, DRAW]
    assert positions.ownership[:, 0].tolist() == [1, -1, 1, -1, -1, 1]
    assert positions.ownership[:, 8].tolist() == [-1, 1, -1, 1, 1, -1]


def test_no_reply_leaks_over_the_end_of_a_game() -> None:
    """Neither from the game that follows nor from what an earlier game left in the rows after the end."""
    positions = finished_games(
        recorded([BLACK, WHITE, BLACK], [WHITE], [BLACK, WHITE]), margin=torch.ones(3), owner=OWNER.expand(3, 9)
    )
    answers = [None if row.sum() == 0 else int(row.argmax()) for row in positions.opponent_policy]
    assert answers == [1, 2, None, None, 7, None]


def test_copies_repeat_a_position_or_leave_it_out() -> None:
    games = recorded([BLACK, WHITE, BLACK], [WHITE, BLACK], copies=[[0, 2, 1], [2, 0]])
    positions = finished_games(games, margin=torch.tensor([1.0, 4.0]), owner=OWNER.expand(2, 9))
    assert positions.action.tolist() == [1, 1, 2, 3, 3]
    assert positions.score.tolist() == [-1, -1, 1, -4, -4]
    # The answer to a position is its target, whether or not the answer itself is learned from.
    answers = [None if row.sum() == 0 else int(row.argmax()) for row in positions.opponent_policy]
    assert answers == [2, 2, None, 4, 4]


def test_nothing_to_learn_from_is_no_position() -> None:
    games = recorded([BLACK, WHITE], copies=[[0, 0]])
    positions = finished_games(games, margin=torch.tensor([1.0]), owner=OWNER[None])
    assert all(len(field) == 0 for field in positions)


def test_planes_unpack_row_by_row() -> None:
    positions = one([BLACK], margin=1.0)
    positions.planes[0, 3, 5] = 1
    planes = planes_of(positions)
    assert planes.shape == (1, F, 3, 3) and planes.dtype == torch.float32
    assert planes[0, 3, 1, 2] == 1 and planes.sum() == 1

"""The ring: bounded, newest kept, and back from a checkpoint as it was."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from tessera.interfaces.network import F, G
from tessera.training.replay import Replay
from tessera.training.targets import Positions


def numbered(first: int, last: int) -> Positions:
    """2x2 positions whose score is their number."""
    n = last - first + 1
    return Positions(
        planes=torch.ones(n, F, 4, dtype=torch.uint8),
        globals_=torch.zeros(n, G),
        policy=torch.full((n, 5), 0.2),
        value=torch.zeros(n, dtype=torch.int8),
        score=torch.arange(first, last + 1).float(),
        ownership=torch.zeros(n, 4, dtype=torch.int8),
        opponent_policy=torch.full((n, 5), 0.2),
        action=torch.arange(first, last + 1, dtype=torch.int16) % 5,
        predicted_value=torch.arange(first, last + 1) / 10,
    )


def held(replay: Replay) -> set[int]:
    return {int(score) for score in replay.sample(500, torch.Generator().manual_seed(1)).score}


def test_the_newest_stay() -> None:
    replay = Replay(size=2, capacity=5)
    replay.add(numbered(1, 3))
    assert held(replay) == {1, 2, 3} and len(replay) == 3
    replay.add(numbered(4, 7))
    assert held(replay) == {3, 4, 5, 6, 7} and len(replay) == 5


def test_more_than_it_holds_at_once() -> None:
    replay = Replay(size=2, capacity=3)
    replay.add(numbered(1, 2))
    replay.add(numbered(3, 10))
    assert held(replay) == {8, 9, 10} and replay.added == 10


def test_state_goes_round() -> None:
    replay, copy = Replay(size=2, capacity=5), Replay(size=2, capacity=5)
    replay.add(numbered(1, 7))
    copy.load_state_dict(replay.state_dict())
    for both in (replay, copy):
        both.add(numbered(8, 9))
    left, right = (each.sample(32, torch.Generator().manual_seed(3)) for each in (replay, copy))
    assert all(torch.equal(a, b) for a, b in zip(left, right, strict=True))


def drawn(n: int, size: int) -> Positions:
    """Random positions of every kind of value; every third one is answered by the one after it."""
    dice, points = torch.Generator().manual_seed(n), size * size

    def numbers(*shape: int) -> Tensor:
        return torch.rand(n, *shape, generator=dice)

    policy = (numbers(points + 1) * (numbers(points + 1) < 0.4)).half()
    answer = numbers(points + 1).half()
    answer[::3] = policy.roll(-1, 0)[::3]
    return Positions(
        planes=(numbers(F, points) < 0.5).to(torch.uint8),
        globals_=numbers(G),
        policy=policy,
        value=(numbers() * 3).to(torch.int8),
        score=torch.where(numbers() < 0.2, torch.nan, numbers()),
        ownership=(numbers(points) * 3 - 1).floor().to(torch.int8),
        opponent_policy=answer,
        action=(numbers() * points).to(torch.int16),
        predicted_value=numbers(),
    )


@pytest.mark.parametrize("added", [0, 1, 2, 49, 50, 77])
def test_a_packed_state_has_every_bit(added: int) -> None:
    replay, copy = Replay(size=5, capacity=50), Replay(size=5, capacity=50)
    if added:
        replay.add(drawn(added, 5))
    state = replay.state_dict()
    copy.load_state_dict(state)
    assert copy.added == added
    for name, left, right in zip(Positions._fields, replay._ring, copy._ring, strict=True):
        assert torch.equal(left.nan_to_num(9.0), right.nan_to_num(9.0)), name
    replay.add(drawn(60, 5))
    assert copy.state_dict()["added"] == state["added"], "a state is a copy"


def test_games_one_after_the_other_take_few_bytes() -> None:
    replay, positions = Replay(size=9, capacity=1000), drawn(1000, 9)
    replay.add(positions._replace(opponent_policy=positions.policy.roll(-1, 0)))
    raw = sum(field.nbytes for field in positions)
    state = replay.state_dict()
    packed = sum(
        t.nbytes
        for each in state.values()
        for t in (each.values() if isinstance(each, dict) else [each])
        if isinstance(t, Tensor)
    )
    assert packed < raw / 4


def test_a_state_of_an_earlier_version_loads() -> None:
    replay, copy, positions = Replay(size=5, capacity=50), Replay(size=5, capacity=50), drawn(20, 5)
    replay.add(positions)
    copy.load_state_dict({"added": 20, **positions._asdict()})
    assert all(torch.equal(a.nan_to_num(), b.nan_to_num()) for a, b in zip(replay._ring, copy._ring, strict=True))


def test_without_symmetries_positions_come_back_as_they_are() -> None:
    replay, added = Replay(size=2, capacity=9), numbered(1, 9)
    added.policy.copy_(torch.rand(9, 5, generator=torch.Generator().manual_seed(2)))
    replay.add(added)
    sample = replay.sample(64, torch.Generator().manual_seed(3), symmetries=1)
    rows = sample.score.long() - 1
    for field, before in zip(sample, added, strict=True):
        assert torch.equal(field, before[rows].to(field.dtype))


def test_with_symmetries_each_of_the_eight_is_drawn() -> None:
    replay, added = Replay(size=2, capacity=1), numbered(1, 1)
    added.policy.copy_(torch.tensor([[0.1, 0.2, 0.3, 0.4, 0.0]]))
    replay.add(added)
    sample = replay.sample(200, torch.Generator().manual_seed(3))
    assert len(sample.policy.unique(dim=0)) == 8
    probabilities = sample.policy.gather(1, sample.action.long()[:, None])
    assert (probabilities == added.policy[0, 1].half()).all(), "the move goes where its probability goes"


def test_what_was_sampled_is_a_copy() -> None:
    replay = Replay(size=2, capacity=2)
    replay.add(numbered(1, 2))
    replay.sample(4, torch.Generator().manual_seed(0)).score.zero_()
    assert held(replay) == {1, 2}

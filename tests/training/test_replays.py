"""Several rings, one window: how much is due from each, when, and back from a checkpoint as it was."""

from __future__ import annotations

import torch

from tessera.training.losses import means
from tessera.training.replay import blank_positions
from tessera.training.replays import Replays
from tessera.training.settings import ReplaySettings

BATCH = 8


def replays(*, replay_ratio: float = 2.0, warm_up: int = 1) -> Replays:
    settings = ReplaySettings(window=64, batch=BATCH, replay_ratio=replay_ratio, warm_up=warm_up)
    return Replays({3: 1, 2: 3}, settings, device="cpu")


def lots() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def test_each_position_is_due_as_often_as_asked() -> None:
    rings, generator, due = replays(replay_ratio=2.5), lots(), []
    for _ in range(40):
        rings.add(3, blank_positions(3, 3))
        rings.add(2, blank_positions(1, 2))
        due += rings.due(generator)
    assert due.count(3) == 40 * 3 * 2.5 // BATCH and due.count(2) == 40 * 1 * 2.5 // BATCH
    assert not rings.ready and rings.due(generator) == [] and rings.added == 160


def test_nothing_is_due_before_the_warm_up_and_nothing_from_before_it_later() -> None:
    rings = replays(replay_ratio=1.0, warm_up=50)
    rings.add(2, blank_positions(49, 2))
    assert not rings.ready
    rings.add(2, blank_positions(16, 2))
    assert rings.ready and rings.due(lots()) == [2, 2]


def test_the_order_is_drawn() -> None:
    def order(seed: int) -> list[int]:
        rings = replays()
        rings.add(3, blank_positions(40, 3))
        rings.add(2, blank_positions(40, 2))
        return rings.due(torch.Generator().manual_seed(seed))

    assert order(1) == order(1) != order(2) and sorted(order(1)) == sorted(order(2)) == [2] * 10 + [3] * 10


def test_a_state_goes_on_where_it_was() -> None:
    rings, other = replays(), replays()
    rings.add(3, blank_positions(5, 3)._replace(score=torch.arange(5.0)))
    rings.due(lots())
    other.load_state_dict(rings.state_dict())
    for each in (rings, other):
        each.add(3, blank_positions(3, 3))
    (a,), (b,) = (list(each.batches(lots())) for each in (rings, other))
    assert len(a.score) == BATCH and torch.equal(a.score, b.score) and a.score.sum() > 0


def test_batches_are_those_that_are_due_though_several_are_drawn_together() -> None:
    def drawn(of: Replays) -> list[int]:
        of.add(3, blank_positions(80, 3)._replace(score=torch.arange(80.0)))
        of.add(2, blank_positions(40, 2))
        batches = list(of.batches(lots()))
        threes = [each.score for each in batches if each.planes.shape[2] == 9]
        assert all(len(each.value) == BATCH for each in batches)
        assert len({tuple(score.tolist()) for score in threes}) == 20, "each is another"
        return [round(each.planes.shape[2] ** 0.5) for each in batches]

    rings, other = replays(), replays()
    other.add(3, blank_positions(80, 3))
    other.add(2, blank_positions(40, 2))
    assert drawn(rings) == other.due(lots()) and rings.due(lots()) == []


def test_means_are_over_the_steps_that_have_the_number() -> None:
    """A step whose loss was not finite reports none: it must not count as 0."""
    assert means([{"policy": 1.0, "total": 5.0}, {"total": 4.0}, {"policy": 3.0}]) == {"policy": 2.0, "total": 4.5}
    assert means([{}, {"policy": 3.0}]) == {"policy": 3.0} and means([]) == {}

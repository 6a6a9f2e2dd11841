"""What a training step costs beside the network, and that the host may run ahead: ceilings, not timings."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from tessera.nn.symmetry import moved_actions, point_tables
from tessera.testing.no_waits import NoWaits
from tessera.training.learner import LOOK_EVERY
from tests.training.counting import BATCH, TRAINERS, counted, learn, trainer_of

CEILING = 120
"""Operations dispatched a step, the network's own left out."""


@pytest.mark.parametrize("name", TRAINERS)
def test_a_step_dispatches_little_and_reads_once_in_so_many(name: str) -> None:
    cost = counted(name, 9)
    assert 20 < cost.operations <= CEILING and cost.network > 500
    assert 0 < cost.reads <= 2 / LOOK_EVERY, "the host's look, and the order of the batches once in a round"


@pytest.mark.parametrize("name", TRAINERS)
def test_no_step_waits(name: str) -> None:
    """Between two looks there is nothing that a GPU would have to be waited for."""
    trainer = trainer_of(name, 5)
    learn(trainer, 5)
    trainer._learner.take_measured()
    trainer._replays._credit[5] += BATCH * (LOOK_EVERY - 1)
    batches = iter(trainer._replays.batches(trainer._sample_rng))
    steps = [next(batches)]
    with NoWaits():
        steps += list(batches)
        for targets in steps:
            trainer._learn(targets)
    assert len(steps) == LOOK_EVERY - 1 == len(trainer._learner._pending)


@pytest.mark.parametrize("tables", [point_tables, moved_actions])
def test_a_table_is_copied_to_a_device_once(tables: Callable[[int, torch.device], torch.Tensor]) -> None:
    device = torch.device("meta")
    assert tables(9, device) is tables(9, device) and tables(9, device).device == device
    assert tables(9, torch.device("cpu")).device.type == "cpu"

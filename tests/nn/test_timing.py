"""The stopwatch reports the time that passed."""

from __future__ import annotations

import time

import torch
from torch import Tensor

from tessera.interfaces.network import Outputs
from tessera.nn.positions import random_positions
from tessera.nn.timing import time_evaluator


class Sleeper:
    """An evaluator that takes 5 ms, and 200 ms the first time."""

    device = "cpu"

    def __init__(self) -> None:
        self.calls = 0

    def evaluate(self, planes: Tensor, globals_: Tensor) -> Outputs:
        self.calls += 1
        time.sleep(0.2 if self.calls == 1 else 0.005)
        empty = torch.zeros(planes.shape[0])
        return Outputs(empty, empty, empty, empty, empty)


def test_median_without_the_first_call() -> None:
    sleeper = Sleeper()
    timing = time_evaluator(sleeper, side=5, batch=4, seconds=0.05)
    assert 5.0 <= timing.median_ms < 50.0
    assert timing.positions_per_second == 4000.0 / timing.median_ms
    assert sleeper.calls >= 5


def test_random_positions_repeat_under_a_seed() -> None:
    planes, globals_ = random_positions(3, 7, seed=1)
    again, _ = random_positions(3, 7, seed=1)
    assert torch.equal(planes, again) and planes[:, 0].all() and globals_.shape[0] == 3
    assert ((planes == 0) | (planes == 1)).all() and not planes[:, 1:].all()

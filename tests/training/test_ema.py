"""The average of weights follows, keeps its own copy, and forgets the start."""

from __future__ import annotations

import torch
from torch import nn

from tessera.training.ema import EMA


def layer(value: float) -> nn.Linear:
    linear = nn.Linear(2, 1)
    nn.init.constant_(linear.weight, value)
    nn.init.constant_(linear.bias, value)
    return linear


def test_it_moves_towards_the_module_and_not_the_other_way() -> None:
    module = layer(0.0)
    average = EMA(module, decay=0.9)
    nn.init.constant_(module.weight, 1.0)
    seen = []
    for _ in range(200):
        average.update(torch.ones(()))
        seen.append(float(average.module.weight[0, 0]))
    assert seen == sorted(seen) and 0.5 < seen[1] < 1.0
    assert abs(seen[-1] - 1.0) < 1e-4
    assert bool((module.weight == 1.0).all()) and not average.module.weight.requires_grad


def test_late_steps_use_the_full_memory() -> None:
    module = layer(0.0)
    average = EMA(module, decay=0.9)
    average.updates = 10_000
    nn.init.constant_(module.weight, 1.0)
    average.update(torch.ones(()))
    assert torch.allclose(average.module.weight, torch.full((1, 2), 0.1))

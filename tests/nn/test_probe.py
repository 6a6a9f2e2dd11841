"""The state probe measures, is bounded, and leaves nothing behind."""

from __future__ import annotations

import gc
import math
import weakref

import pytest
import torch
from torch import Tensor, nn

from tessera.nn.probe import state_probe


class Leaky(nn.Module):
    """A stand-in layer whose 'state' is its input."""

    def forward(self, x: Tensor) -> Tensor:
        return x * 2

    def state_norm(self, x: Tensor) -> Tensor:
        norm: Tensor = torch.linalg.vector_norm(x)
        return norm


def hooks(module: nn.Module) -> int:
    return sum(len(layer._forward_pre_hooks) + len(layer._forward_hooks) for layer in module.modules())


def test_norm_is_the_largest_of_all_layers_and_calls() -> None:
    net = nn.Sequential(Leaky(), Leaky())
    with state_probe(net) as probe:
        for value in (1.0, 3.0, 2.0):
            net(torch.full((4,), value))
    assert probe.by_layer == {"0": 6.0, "1": 12.0}
    assert probe.norm == 12.0


def test_a_network_without_state_has_no_norm() -> None:
    net = nn.Linear(2, 2)
    with state_probe(net) as probe:
        net(torch.ones(1, 2))
    assert probe.norm is None


def test_nan_is_not_forgotten() -> None:
    net = Leaky()
    with state_probe(net) as probe:
        for value in (1.0, math.nan, 1.0):
            net(torch.tensor([value]))
    assert probe.norm is not None and math.isnan(probe.norm)


def test_no_hook_stays() -> None:
    net = nn.Sequential(Leaky(), Leaky())
    with state_probe(net):
        assert hooks(net) == 2
    assert hooks(net) == 0
    with pytest.raises(RuntimeError, match="in the middle"), state_probe(net):
        raise RuntimeError("in the middle")
    assert hooks(net) == 0


def test_nothing_seen_is_kept_alive() -> None:
    net = nn.Sequential(Leaky(), Leaky())
    with state_probe(net) as probe:
        seen = torch.ones(1000, requires_grad=True)
        watched = weakref.ref(seen)
        for _ in range(50):
            net(seen)
        del seen
        gc.collect()
        assert watched() is None
        kept = list(probe._largest.values())
        assert len(kept) == 2 and all(norm.numel() == 1 and not norm.requires_grad for norm in kept)

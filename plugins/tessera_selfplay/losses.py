"""The policy learned by how games ended. The losses of the heads are in the core: tessera/training/losses.py."""

from __future__ import annotations

import torch
from torch import Tensor

from tessera.interfaces.network import Outputs
from tessera.training.targets import LOSS, WIN, Positions

ILLEGAL = -1e4
WORST = 3.0
"""A move that turned out badly counts at most so many times its advantage, however likely it has become."""


def policy_gradient(outputs: Outputs, targets: Positions, *, clip_ratio: float) -> tuple[Tensor, Tensor]:
    """(loss, entropy) of the policy by the games' results: PPO's clipped objective, bounded on both sides.

    The advantage is the result less the predicted value, halved to lie in -1..1. Its loss is bounded because the
    likelihood ratio is clipped for good moves at 1 + clip_ratio and for bad ones at WORST (dual clip, Ye et al. 2020):
    cross-entropy times a negative advantage, by itself, has no lower bound.
    """
    legal = targets.policy > 0
    log_policy = torch.where(legal, outputs.policy, ILLEGAL).log_softmax(1)
    action = targets.action.long()[:, None]
    before = targets.policy.float().gather(1, action)[:, 0].clamp(min=1e-7).log()
    change = (log_policy.gather(1, action)[:, 0] - before).clamp(-10.0, 10.0).exp()
    gain = advantage(targets)
    likely = torch.minimum(change * gain, change.clamp(1.0 - clip_ratio, 1.0 + clip_ratio) * gain)
    bounded = torch.where(gain < 0, torch.maximum(likely, WORST * gain), likely)
    return -bounded.mean(), -(log_policy.exp() * log_policy).sum(1).mean()


def advantage(targets: Positions) -> Tensor:
    """[n] float32 in -1..1: half of what the game's result is better than the network predicted."""
    result = torch.where(targets.value == WIN, 1.0, torch.where(targets.value == LOSS, -1.0, 0.0))
    return ((result - targets.predicted_value) / 2).clamp(-1.0, 1.0)

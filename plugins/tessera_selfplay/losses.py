"""The policy learned by how games ended. The losses of the heads are in the core: tessera/training/losses.py."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from tessera.interfaces.network import Outputs
from tessera.training.targets import DRAW, Positions

ILLEGAL = -1e4
WORST = 3.0
"""A move that turned out badly counts at most so many times its advantage, however likely it has become."""
RAREST = 1e-7
"""What a move's probability is taken for where it was smaller when it was played."""


def policy_gradient(outputs: Outputs, targets: Positions, *, clip_ratio: float) -> tuple[Tensor, Tensor]:
    """(loss, entropy) of the policy by the games' results: PPO's clipped objective, bounded on both sides.

    The advantage is the result less the predicted value, halved to lie in -1..1. Its loss is bounded because the
    likelihood ratio is clipped for good moves at 1 + clip_ratio and for bad ones at WORST (dual clip, Ye et al. 2020):
    cross-entropy times a negative advantage, by itself, has no lower bound.
    """
    action = targets.action.long()[:, None]
    found: tuple[Tensor, Tensor] = _PolicyGradient.apply(
        outputs.policy, targets.policy, action, advantage(targets)[:, None], clip_ratio
    )
    return found


def advantage(targets: Positions) -> Tensor:
    """[n] float32 in -1..1: half of what the game's result is better than the network predicted."""
    return ((DRAW - targets.value - targets.predicted_value) / 2).clamp(-1.0, 1.0)


class _PolicyGradient(torch.autograd.Function):
    """With its slopes by hand, in a third of the operations that autograd would take."""

    @staticmethod
    def forward(
        ctx: Any, logits: Tensor, played: Tensor, action: Tensor, gain: Tensor, clip_ratio: float
    ) -> tuple[Tensor, Tensor]:
        """logits [n, A]; played [n, A]: the probabilities the move was drawn from; action, gain [n, 1]."""
        log_policy = logits.masked_fill(played <= 0, ILLEGAL).log_softmax(1)
        policy = log_policy.exp()
        change = policy.gather(1, action) / played.gather(1, action).clamp(min=RAREST)
        bounded = torch.where(gain < 0, change.clamp(1.0 - clip_ratio, WORST), change.clamp(max=1.0 + clip_ratio))
        surrogate = gain * bounded
        # Where the ratio is at a bound the loss is flat; elsewhere the ratio is its own slope by the log-probability.
        slope = surrogate * (bounded == change)
        spread = torch.special.entr(policy).sum(1, keepdim=True)
        ctx.save_for_backward(log_policy, policy, action, slope, spread)
        return -surrogate.mean(), spread.mean()

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        log_policy, policy, action, slope, spread = ctx.saved_tensors
        by_loss, by_spread = (each / -len(policy) for each in slopes)
        moved = slope * by_loss
        logits = policy * ((log_policy + spread) * by_spread - moved)
        return logits.scatter_add_(1, action, moved), None, None, None, None

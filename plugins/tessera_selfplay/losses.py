"""The loss of each head on a batch of targets."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from tessera.interfaces.network import Outputs
from tessera.training.targets import Positions


def head_losses(outputs: Outputs, targets: Positions) -> dict[str, Tensor]:
    """Scalars by head, unweighted, means over the n positions.

    policy and value: cross-entropy; score: Huber of the error in board sides; ownership: squared error;
    reply: cross-entropy over the positions that were answered.
    """
    side = targets.ownership.shape[1] ** 0.5
    policy = -(targets.policy.float() * outputs.policy.log_softmax(1)).sum(1).mean()
    reply = -(targets.reply.float() * outputs.reply.log_softmax(1)).sum(1)
    answered = (targets.reply.float().sum(1) > 0.5).float().sum().clamp(min=1.0)
    return {
        "policy": policy,
        "value": functional.cross_entropy(outputs.value, targets.value.long()),
        "score": functional.smooth_l1_loss(outputs.score / side, targets.score / side),
        "ownership": (outputs.ownership - targets.ownership.float()).square().mean(),
        "reply": reply.sum() / answered,
    }


def entropy(probabilities: Tensor) -> Tensor:
    """[n, A] -> mean entropy in nats: what the policy loss cannot fall below."""
    p = probabilities.float()
    return -torch.special.xlogy(p, p).sum(1).mean()

"""The loss of each head on a batch of targets, for every trainer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from tessera.interfaces.network import Outputs
from tessera.training.settings import LossSettings
from tessera.training.targets import Positions


def head_losses(outputs: Outputs, targets: Positions) -> dict[str, Tensor]:
    """Scalars by head, unweighted, means over the n positions.

    policy and value: cross-entropy; score: Huber of the error in board sides, and ownership: squared error, both over
    the positions whose game was counted; opponent policy: cross-entropy over the positions that were answered.
    """
    side = targets.ownership.shape[1] ** 0.5
    counted = torch.isfinite(targets.score)
    score = functional.smooth_l1_loss(outputs.score / side, targets.score.nan_to_num() / side, reduction="none")
    owner = (outputs.ownership - targets.ownership.float()).square().mean(1)
    answer = -(targets.opponent_policy.float() * outputs.opponent_policy.log_softmax(1)).sum(1)
    return {
        "policy": -(targets.policy.float() * outputs.policy.log_softmax(1)).sum(1).mean(),
        "value": functional.cross_entropy(outputs.value, targets.value.long()),
        "score": _mean_where(score, counted),
        "ownership": _mean_where(owner, counted),
        "opponent_policy": _mean_where(answer, targets.opponent_policy.float().sum(1) > 0.5),
    }


def total(losses: Mapping[str, Tensor], weights: LossSettings) -> Tensor:
    """The sum that is followed: the policy's loss and the weighted others."""
    return (
        losses["policy"]
        + weights.value_loss * losses["value"]
        + weights.score_loss * losses["score"]
        + weights.ownership_loss * losses["ownership"]
        + weights.opponent_policy_loss * losses["opponent_policy"]
    )


def entropy(probabilities: Tensor) -> Tensor:
    """[n, A] -> mean entropy in nats: what the policy loss cannot fall below."""
    p = probabilities.float()
    return -torch.special.xlogy(p, p).sum(1).mean()


def accuracy(outputs: Outputs, targets: Positions) -> Tensor:
    """Share of the n positions whose result the value head names rightly."""
    return (outputs.value.argmax(1) == targets.value).float().mean()


def means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Each number's mean over the training steps that have it: one that was not finite is left out of its row."""
    names = dict.fromkeys(name for row in rows for name in row)
    found = {name: [row[name] for row in rows if name in row] for name in names}
    return {name: sum(numbers) / len(numbers) for name, numbers in found.items()}


def _mean_where(values: Tensor, which: Tensor) -> Tensor:
    """Mean of the values [n] where `which`; 0 when that is nowhere."""
    return torch.where(which, values, 0.0).sum() / which.sum().clamp(min=1)

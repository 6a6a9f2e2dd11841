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
    return {
        "policy": _cross_entropy(outputs.policy, targets.policy),
        "opponent_policy": opponent_policy_loss(outputs, targets),
        **result_losses(outputs, targets),
    }


def opponent_policy_loss(outputs: Outputs, targets: Positions) -> Tensor:
    """That of `head_losses`."""
    return _cross_entropy(outputs.opponent_policy, targets.opponent_policy)


def result_losses(outputs: Outputs, targets: Positions) -> dict[str, Tensor]:
    """Those of `head_losses` for the heads that say how a game ends: value, score and ownership."""
    side = targets.ownership.shape[1] ** 0.5
    counted = targets.score == targets.score  # it is NaN where it was not
    weights = counted / counted.sum().clamp(min=1)
    # Huber's loss of the errors in board sides, times the side, which is no part of the slope's bend.
    score = functional.smooth_l1_loss(outputs.score, targets.score.nan_to_num(), reduction="none", beta=side)
    owner = functional.mse_loss(outputs.ownership, targets.ownership.to(outputs.ownership), reduction="none").mean(1)
    return {
        "value": functional.cross_entropy(outputs.value, targets.value.long()),
        "score": score.dot(weights / side),
        "ownership": owner.dot(weights),
    }


def total(losses: Mapping[str, Tensor], weights: LossSettings) -> Tensor:
    """The sum that is followed: the policy's loss and the weighted others."""
    found = losses["policy"]
    for name in ("value", "score", "ownership", "opponent_policy"):
        found = torch.add(found, losses[name], alpha=getattr(weights, f"{name}_loss"))
    return found


def entropy(probabilities: Tensor) -> Tensor:
    """[n, A] -> mean entropy in nats: what the policy loss cannot fall below."""
    return torch.special.entr(probabilities.float()).sum() / len(probabilities)


def accuracy(outputs: Outputs, targets: Positions) -> Tensor:
    """Share of the n positions whose result the value head names rightly."""
    return (outputs.value.argmax(1) == targets.value).mean(dtype=torch.float32)


def means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Each number's mean over the training steps that have it: one that was not finite is left out of its row."""
    names = dict.fromkeys(name for row in rows for name in row)
    found = {name: [row[name] for row in rows if name in row] for name in names}
    return {name: sum(numbers) / len(numbers) for name, numbers in found.items()}


def _cross_entropy(logits: Tensor, told: Tensor) -> Tensor:
    """[n, A] logits and probabilities -> mean over the rows whose probabilities are not all 0."""
    rows = told.sum(dtype=torch.float32).clamp(min=1.0)  # each has a sum of 1, but for float16's rounding
    return (told * logits.log_softmax(1)).sum() / -rows

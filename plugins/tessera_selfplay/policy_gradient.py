"""The trainer `policy-gradient`: search-free self-play, where a move is learned by how its game ended.

One evaluation a move makes it the trainer of high throughput. What such self-play falls into without care, and what
stands against it here:

- Negative advantages drive a cross-entropy to infinity: they are bounded, and so is the step (`losses`).
- Passing ends a game before anything is learned: a pass is a move like others, the board is counted as it stands with
  all its stones, and the length of games, their passes and how many differ are watched (tessera/training/sanity.py).
- Views get mixed: every target is from the view of the side to play, as in every other trainer (`targets`).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from tessera.interfaces.network import Evaluator, Outputs
from tessera.training.losses import opponent_policy_loss, result_losses, total
from tessera.training.targets import Positions
from tessera_selfplay.losses import policy_gradient
from tessera_selfplay.sampling import Sampler
from tessera_selfplay.settings import PolicyGradientSettings
from tessera_selfplay.trainer import SelfPlayTrainer


def build_policy_gradient(
    module: nn.Module, device: str, seed: int, settings: PolicyGradientSettings
) -> SelfPlayTrainer:
    """A trainer that improves `module` in place."""

    def mover(evaluator: Evaluator, size: int, games: int, generator: torch.Generator) -> Sampler:
        return Sampler(evaluator, generator=generator)

    def loss_fn(outputs: Outputs, targets: Positions) -> Mapping[str, Tensor]:
        policy, spread = policy_gradient(outputs, targets, clip_ratio=settings.clip_ratio)
        others = {"opponent_policy": opponent_policy_loss(outputs, targets), **result_losses(outputs, targets)}
        losses = {"policy": policy, **others}
        followed = torch.add(total(losses, settings.losses), spread, alpha=-settings.entropy_weight)
        return {**losses, "entropy": spread, "total": followed}

    return SelfPlayTrainer(
        module,
        device,
        seed,
        settings=settings.games,
        replay=settings.replay,
        learning=settings.learner,
        build_mover=mover,
        loss_fn=loss_fn,
    )

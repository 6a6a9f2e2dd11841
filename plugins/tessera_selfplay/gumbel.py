"""The trainer `gumbel`: games played by a Gumbel search teach the network that played them.

After "Policy improvement by planning with Gumbel" (Danihelka et al., ICLR 2022) for the search and its policy
targets, and KataGo's paper (Wu 2019) for ownership, score and opponent policy targets, varied komi and board sizes,
playout-cap randomisation and surprise weighting.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from tessera.interfaces.network import Evaluator, Outputs
from tessera.training.losses import head_losses, total
from tessera.training.targets import Positions
from tessera_selfplay.searching import Searcher
from tessera_selfplay.settings import GumbelSettings
from tessera_selfplay.trainer import SelfPlayTrainer


def build_gumbel(module: nn.Module, device: str, seed: int, settings: GumbelSettings) -> SelfPlayTrainer:
    """A trainer that improves `module` in place."""

    def mover(evaluator: Evaluator, size: int, games: int, generator: torch.Generator) -> Searcher:
        device = generator.device
        seed = int(torch.randint(2**31, (), generator=generator, device=device))
        return Searcher(evaluator, size=size, games=games, settings=settings, seed=seed, device=str(device))

    def loss_fn(outputs: Outputs, targets: Positions) -> Mapping[str, Tensor]:
        losses = head_losses(outputs, targets)
        return {**losses, "total": total(losses, settings.losses)}

    return SelfPlayTrainer(
        module,
        device,
        seed,
        settings=settings.games,
        replay=settings.replay,
        learning=settings.learner,
        build_mover=mover,
        loss_fn=loss_fn,
        policy_surprise_weight=settings.policy_surprise_weight,
    )

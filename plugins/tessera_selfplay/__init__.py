"""Learning from self-play: the trainers `gumbel` and `policy-gradient`, and `distill`, which has a teacher.

Start reading at `trainer` (one step), then `games` (games in flight), `gumbel` and `policy_gradient` (what makes each
of them), `searching` and `sampling` (who moves), `losses` (what a position teaches), `settings`. `game_start` says how
games begin, `choice` what a mover answers, `weighting` how often a position is learned from, `game_stats` what games
were like, `plan` what memory they take, `saving` what of games in flight a checkpoint holds.
`distill` learns from a `teacher`, by the mover in `teaching`; `teacher_boards` refuses one that cannot play a board.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tessera.hookspecs import hookimpl
from tessera.interfaces.trainer import MemoryPlan, Trainer, TrainerSpec
from tessera_selfplay.settings import DistillSettings, GumbelSettings, PolicyGradientSettings

if TYPE_CHECKING:
    import torch


def build_gumbel(module: torch.nn.Module, device: str, seed: int, settings: GumbelSettings) -> Trainer:
    """See `gumbel.build_gumbel`."""
    from tessera_selfplay import gumbel

    return gumbel.build_gumbel(module, device, seed, settings)


def build_policy_gradient(module: torch.nn.Module, device: str, seed: int, settings: PolicyGradientSettings) -> Trainer:
    """See `policy_gradient.build_policy_gradient`."""
    from tessera_selfplay import policy_gradient

    return policy_gradient.build_policy_gradient(module, device, seed, settings)


def plan_gumbel(module: torch.nn.Module, games: int | None, settings: GumbelSettings) -> MemoryPlan:
    """See `plan.plan_gumbel`."""
    from tessera_selfplay import plan

    return plan.plan_gumbel(module, games, settings)


def plan_policy_gradient(module: torch.nn.Module, games: int | None, settings: PolicyGradientSettings) -> MemoryPlan:
    """See `plan.plan_policy_gradient`."""
    from tessera_selfplay import plan

    return plan.plan_policy_gradient(module, games, settings)


def build_distill(module: torch.nn.Module, device: str, seed: int, settings: DistillSettings) -> Trainer:
    """See `distill.build_distill`."""
    from tessera_selfplay import distill

    return distill.build_distill(module, device, seed, settings)


def plan_distill(module: torch.nn.Module, games: int | None, settings: DistillSettings) -> MemoryPlan:
    """See `plan.plan_distill`."""
    from tessera_selfplay import plan

    return plan.plan_distill(module, games, settings)


def normalise_distill(settings: DistillSettings) -> DistillSettings:
    """See `teacher.existing_teacher`."""
    from tessera_selfplay import teacher

    return replace(settings, teacher=teacher.existing_teacher(settings.teacher))


@hookimpl
def tessera_register_trainers(register: Callable[[TrainerSpec], None]) -> None:
    register(
        TrainerSpec(
            name="gumbel",
            summary="self-play with Gumbel search; ownership, score and opponent policy targets",
            settings=GumbelSettings,
            build=build_gumbel,
            plan=plan_gumbel,
            plays=True,
        )
    )
    register(
        TrainerSpec(
            name="policy-gradient",
            summary="self-play without search, moves learned by how their games ended",
            settings=PolicyGradientSettings,
            build=build_policy_gradient,
            plan=plan_policy_gradient,
            plays=True,
        )
    )
    register(
        TrainerSpec(
            name="distill",
            summary="what another network makes of the positions of self-play (--set teacher=FILE)",
            settings=DistillSettings,
            build=build_distill,
            plan=plan_distill,
            normalise=normalise_distill,
            plays=True,
        )
    )

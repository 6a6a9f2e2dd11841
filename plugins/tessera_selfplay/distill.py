"""The trainer `distill`: a network learns what another one makes of the positions it plays itself into.

Distillation on the learner's own positions: where a pupil that only saw its teacher's games would lose its way, it is
told how to go on (DAgger, Ross et al. 2011). The targets come from the teacher alone; how games end does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from tessera.interfaces.network import Evaluator, Outputs
from tessera.interfaces.trainer import StepReport
from tessera.training.losses import head_losses, total
from tessera.training.targets import Positions
from tessera_selfplay.settings import DistillSettings
from tessera_selfplay.teacher import Teacher, existing_teacher
from tessera_selfplay.teacher_boards import refuse_boards
from tessera_selfplay.teaching import Taught
from tessera_selfplay.trainer import SelfPlayTrainer


class Distillation(SelfPlayTrainer):
    """A trainer of self-play whose targets are a teacher's."""

    def __init__(self, module: nn.Module, device: str, seed: int, settings: DistillSettings) -> None:
        teacher = Teacher(settings.teacher, settings.teacher_evaluator, device, max(settings.games.sizes))
        evaluator, _ = teacher.own()
        assert isinstance(evaluator, Evaluator)
        refuse_boards(evaluator, settings.teacher, settings.games.sizes)
        self._teacher = teacher

        def mover(evaluator: Evaluator, size: int, games: int, generator: torch.Generator) -> Taught:
            return Taught(evaluator, teacher, generator=generator)

        def loss_fn(outputs: Outputs, targets: Positions) -> Mapping[str, Tensor]:
            losses = head_losses(outputs, targets)
            return {**losses, "total": total(losses, settings.losses)}

        super().__init__(
            module,
            device,
            seed,
            settings=settings.games,
            replay=settings.replay,
            learning=settings.learner,
            build_mover=mover,
            loss_fn=loss_fn,
        )

    def step(self) -> StepReport:
        """One of self-play; tells how far the learner's policy is from the teacher's."""
        report = super().step()
        if "policy" not in report.losses:
            return report
        # The cross-entropy with a policy less the entropy of that policy is the divergence of the two.
        divergence = report.losses["policy"] - report.health["target_entropy"]
        return replace(report, health={**report.health, "teacher_kl": divergence})

    def memory_parts(self) -> dict[str, object]:
        return {"teacher": self._teacher.own(), **super().memory_parts()}

    def state_dict(self) -> dict[str, Any]:
        return {**super().state_dict(), "teacher": self._teacher.digest}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        if state["teacher"] != self._teacher.digest:
            raise ValueError(
                f"its teacher was another network, {state['teacher'][:12]}, not {self._teacher.digest[:12]}"
            )
        super().load_state_dict(state)


def build_distill(module: nn.Module, device: str, seed: int, settings: DistillSettings) -> Distillation:
    """A trainer that improves `module` in place.

    Raises `BadValue` for a teacher that is not there or cannot play a board.
    """
    return Distillation(module, device, seed, replace(settings, teacher=existing_teacher(settings.teacher)))

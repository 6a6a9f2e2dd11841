"""The network that plays the games a learner learns from."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from tessera.errors import BadValue
from tessera.interfaces.network import Evaluator, EvaluatorSpec, Outputs, Refreshing, features_of
from tessera.training.learner import Learner

EVERY = 64
"""Training steps between two refreshments of an evaluator: some seconds, of which a compilation takes 0.06 s for each
board side. Counted in steps and not in seconds, so that a run can be repeated and resumed exactly."""


class PlayingNetwork:
    """A learner's averaged weights as an `Evaluator`: the newest ones through torch, or through any evaluator that
    can follow them, those of some steps ago."""

    def __init__(self, learner: Learner) -> None:
        self._learner = learner
        self.device = learner.device
        self.feature_set = features_of(learner.network).name
        self._module: nn.Module | None = None
        self._evaluator: Evaluator | None = None
        self._taken_at = 0

    def use(self, spec: EvaluatorSpec) -> None:
        """Evaluate through `spec` from now on. Raises `BadValue` where it cannot follow or cannot run here."""
        if self.device.split(":")[0] not in spec.devices:
            raise BadValue("evaluator", spec.name, f"one for {self.device}", f"it runs on {', '.join(spec.devices)}")
        self._module = copy.deepcopy(self._learner.network)
        evaluator = spec.build(self._module, self.device)
        if not isinstance(evaluator, Refreshing):
            raise BadValue("evaluator", spec.name, "one that can follow a network that learns", "torch always can")
        self._evaluator = evaluator
        self._taken_at = self._learner.steps

    def follow(self) -> None:
        """Take over the averaged weights, where they are `EVERY` training steps ahead."""
        if self._module is not None and self._learner.steps - self._taken_at >= EVERY:
            self._take(self._learner.network.state_dict(), self._learner.steps)

    def own(self) -> tuple[object, ...]:
        """What it holds beside the learner's network."""
        return self._module, self._evaluator

    def evaluate(self, planes: Tensor, globals_: Tensor) -> Outputs:
        if self._evaluator is not None:
            return self._evaluator.evaluate(planes, globals_)
        with torch.inference_mode(), self._learner.autocast():
            outputs: Outputs = self._learner.network(planes, globals_)
            return outputs

    def state_dict(self) -> dict[str, Any]:
        """The weights that play, where they are not the learner's own."""
        if self._module is None:
            return {}
        return {"weights": copy.deepcopy(self._module.state_dict()), "taken_at": self._taken_at}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        if self._module is not None:
            self._take(state["weights"], int(state["taken_at"]))

    def _take(self, weights: Mapping[str, Tensor], step: int) -> None:
        assert self._module is not None and isinstance(self._evaluator, Refreshing)
        self._module.load_state_dict(weights)
        self._evaluator.refresh(self._module)
        self._taken_at = step

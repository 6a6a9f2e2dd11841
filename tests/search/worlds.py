"""Evaluators whose answers are known, so that a search over them has a right answer."""

from __future__ import annotations

from collections.abc import Callable

import torch

from tessera.interfaces.network import Outputs


class Constant:
    """Every position alike: uniform policy, even result, no ownership."""

    device = "cpu"

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        batch, points = planes.shape[0], planes.shape[2] * planes.shape[3]
        zeros = torch.zeros
        return Outputs(
            zeros(batch, points + 1), zeros(batch, 3), zeros(batch), zeros(batch, points), zeros(batch, points + 1)
        )


class ByStones(Constant):
    """Win logits from a function of (own stones, other stones), each [B, P] of 0 and 1; the policy stays uniform."""

    def __init__(self, win_logit: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> None:
        self._win_logit = win_logit
        self.batches: list[int] = []

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        self.batches.append(planes.shape[0])
        outputs = super().evaluate(planes, globals_)
        logit = self._win_logit(planes[:, 1].flatten(1), planes[:, 2].flatten(1))
        outputs.value[:, 0] = logit
        outputs.value[:, 2] = -logit
        return outputs


class Hashed(Constant):
    """An arbitrary but fixed answer for every position: a small random linear map of the planes."""

    def __init__(self, size: int, seed: int = 0) -> None:
        generator = torch.Generator().manual_seed(seed)
        from tessera.interfaces.network import F

        self._map = torch.randn(F * size * size, size * size + 1 + 3 + 1, generator=generator)
        self._owners = torch.randn(F * size * size, size * size, generator=generator)

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        # One row at a time: a matrix product's rounding may depend on the number of rows.
        rows = torch.stack([plane.flatten() @ self._map for plane in planes])
        actions = planes.shape[2] * planes.shape[3] + 1
        outputs = super().evaluate(planes, globals_)
        return outputs._replace(
            policy=rows[:, :actions].contiguous(),
            value=(rows[:, actions : actions + 3] * 0.3).contiguous(),
            score=rows[:, -1].contiguous(),
            ownership=torch.stack([torch.tanh(plane.flatten() @ self._owners) for plane in planes]),
        )

"""An exponential moving average of a network's weights: steadier than the weights of any one step."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn


class EMA:
    """Follows `module`; its copy lives in `self.module`. Early on it forgets faster, so the start leaves no trace."""

    def __init__(self, module: nn.Module, *, decay: float) -> None:
        self.module = copy.deepcopy(module).eval().requires_grad_(False)
        self.decay, self.updates = decay, 0
        self._mine, self._theirs = ([each.detach() for each in of.parameters()] for of in (self.module, module))
        self._here, self._there = (list(of.buffers()) for of in (self.module, module))

    def update(self, gate: Tensor) -> None:
        """Move a little towards the weights of the module; gate, a number on its device: 1, or 0 for not at all."""
        self.updates += 1
        decay = min(self.decay, self.updates / (self.updates + 10.0))
        with torch.no_grad():
            steps = torch._foreach_sub(self._theirs, self._mine)
            torch._foreach_mul_(steps, gate * (1.0 - decay))
            torch._foreach_add_(self._mine, steps)
            if self._here:
                torch._foreach_copy_(self._here, self._there)

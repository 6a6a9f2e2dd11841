"""An exponential moving average of a network's weights: steadier than the weights of any one step."""

from __future__ import annotations

import copy

import torch
from torch import nn


class EMA:
    """Follows `module`; its copy lives in `self.module`. Early on it forgets faster, so the start leaves no trace."""

    def __init__(self, module: nn.Module, *, decay: float) -> None:
        self.module = copy.deepcopy(module).eval().requires_grad_(False)
        self.decay, self.updates = decay, 0

    def update(self, module: nn.Module) -> None:
        """Move a little towards the weights of `module`."""
        self.updates += 1
        decay = min(self.decay, self.updates / (self.updates + 10.0))
        with torch.no_grad():
            for mine, theirs in zip(self.module.parameters(), module.parameters(), strict=True):
                mine.lerp_(theirs, 1.0 - decay)
            for here, there in zip(self.module.buffers(), module.buffers(), strict=True):
                here.copy_(there)

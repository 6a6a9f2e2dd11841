"""A network without knowledge: every move alike, every result alike. For tests, benches and baselines.

It has no parameters, so its outputs are right for any board size and cost next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.interfaces.network import NetworkSpec
from tessera.settings import NoSettings

if TYPE_CHECKING:
    import torch


def build_uniform(settings: NoSettings) -> torch.nn.Module:
    """module(planes [B, F, N, N], globals_ [B, G]) -> Outputs of zeros: logits, score and ownership alike."""
    import torch

    from tessera.interfaces.network import Outputs

    class Uniform(torch.nn.Module):
        """Zeros everywhere: uniform policy, win, draw and loss alike, score and ownership even."""

        def forward(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
            batch, points = planes.shape[0], planes.shape[2] * planes.shape[3]
            zeros = planes.new_zeros
            return Outputs(
                policy=zeros(batch, points + 1),
                value=zeros(batch, 3),
                score=zeros(batch),
                ownership=zeros(batch, points),
                opponent_policy=zeros(batch, points + 1),
            )

    return Uniform()


SPEC = NetworkSpec("uniform", "no parameters: every move and every result alike", NoSettings, build_uniform)

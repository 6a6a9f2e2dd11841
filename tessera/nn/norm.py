"""Root-mean-square normalisation (Zhang and Sennrich 2019), computed in float32 whatever the input."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class RMSNorm(nn.Module):
    """x / sqrt(mean(x^2) + eps), times a weight if `scaled`, over the last dimension.

    Leave the weight out before a linear layer, which has it already: it would cost a pass over the activations.
    """

    def __init__(self, width: int, *, scaled: bool, eps: float = 1e-5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width)) if scaled else None
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """[..., width] of any float type -> the same shape, in the type of the input; under autocast in float32."""
        kind = x.device.type
        autocast = torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind)
        kept = torch.float32 if autocast else x.dtype
        x = x.float()
        x = x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps)
        return (x if self.weight is None else x * self.weight).to(kept)

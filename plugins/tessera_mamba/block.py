"""One block of the tower: a gated state-space mixer, then a gated MLP.

With u = norm(h) and act = hardswish:

    [z | x | B | C | dt] = W_in u
    x, B, C = act(depthwise 3x3 convolution);  B, C = norm(B), norm(C)
    dt = clamp(softplus(dt + bias)) on the board, 0 off it
    y = scan forward + scan backward + D x            h += W_out norm(y act(z))
    h += W_down (act(gate) up)

Hardswish instead of Mamba's silu: the same shape without exp, which took a third of an evaluation under OpenVINO.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from tessera.nn.norm import RMSNorm
from tessera.nn.pool import PoolBias
from tessera_mamba.mamba2 import Mamba2Mixer
from tessera_mamba.mixer import LocalMixer, Mixer

AnyMixer = Mixer | LocalMixer | Mamba2Mixer


class GatedMLP(nn.Module):
    """W_down (act(W_gate u) * W_up u), Shazeer 2020."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.up = nn.Linear(width, 2 * hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, u: Tensor) -> Tensor:
        """[..., width] -> [..., width]."""
        gate, up = self.up(u).chunk(2, dim=-1)
        out: Tensor = self.down(functional.hardswish(gate) * up)
        return out


class Block(nn.Module):
    """h += mixer(norm(h)) (+ pooled context); h += MLP(norm(h))."""

    def __init__(self, mixer: AnyMixer, *, width: int, hidden: int, pool: bool, depth: int) -> None:
        super().__init__()
        self.mixer = mixer
        self.norm_mixer, self.norm_mlp = RMSNorm(width, scaled=False), RMSNorm(width, scaled=False)
        self.mlp = GatedMLP(width, hidden)
        self.pool = PoolBias(width) if pool else None
        with torch.no_grad():
            for last in (mixer.out_proj, self.mlp.down):
                last.weight.mul_((2 * depth) ** -0.5)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """tokens [B, N, N, D], mask [B, N, N, 1] -> tokens."""
        u = self.norm_mixer(tokens)
        tokens = tokens + self.mixer(u, mask)
        if self.pool is not None:
            tokens = tokens + self.pool(u, mask)
        mixed: Tensor = tokens + self.mlp(self.norm_mlp(tokens))
        return mixed

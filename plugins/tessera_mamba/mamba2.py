"""A Mamba-2 block in plain torch with the weights of mamba-ssm's `Mamba2` (names, shapes and function).

A state_dict of either loads strictly into the other (one group, no extra biases), so what was trained with
mamba-ssm's kernels plays without that package.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from tessera.nn.norm import RMSNorm
from tessera_mamba.mixer import Shape, first_dt_bias
from tessera_mamba.scan import Scan

TAPS = 4
"""Length of the causal convolution before the scan."""


class Mamba2(nn.Module):
    """A causal sequence mixer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        mixed = shape.inner + 2 * shape.state
        self.in_proj = nn.Linear(shape.width, shape.inner + mixed + shape.heads, bias=False)
        self.conv1d = nn.Conv1d(mixed, mixed, TAPS, groups=mixed, padding=TAPS - 1)
        self.dt_bias = nn.Parameter(first_dt_bias(shape.heads))
        self.A_log = nn.Parameter(torch.log(torch.linspace(1.0, 16.0, shape.heads)))
        self.D = nn.Parameter(torch.ones(shape.heads))
        self.norm = RMSNorm(shape.inner, scaled=True)
        self.out_proj = nn.Linear(shape.inner, shape.width, bias=False)
        self.scan = Scan(both=False)

    def forward(self, u: Tensor) -> Tensor:
        """u [B, L, D] -> [B, L, D]; a point sees itself and the points before it."""
        inner, state, heads = self.shape.inner, self.shape.state, self.shape.heads
        z, xbc, dt = torch.split(self.in_proj(u), [inner, inner + 2 * state, heads], dim=-1)
        mixed = self.conv1d(xbc.transpose(1, 2))[..., : u.shape[1]].transpose(1, 2)
        x, b, c = torch.split(functional.silu(mixed), [inner, state, state], dim=-1)
        x = torch.unflatten(x, -1, (heads, self.shape.head_dim))
        step = functional.softplus(dt.float() + self.dt_bias)
        y = self.scan(x, step, -torch.exp(self.A_log.float()), b, c) + self.D[:, None] * x
        out: Tensor = self.out_proj(self.norm(y.flatten(-2) * functional.silu(z)))
        return out


class Mamba2Mixer(nn.Module):
    """`Mamba2` over the whole board as one line, row by row or the same backwards."""

    def __init__(self, shape: Shape, *, backwards: bool) -> None:
        super().__init__()
        self.backwards = backwards
        self.core = Mamba2(shape)

    @property
    def out_proj(self) -> nn.Linear:
        return self.core.out_proj

    def forward(self, u: Tensor, mask: Tensor) -> Tensor:
        """u [B, N, N, D], mask [B, N, N, 1] -> [B, N, N, D]."""
        side = u.shape[1]
        line, on_board = self._line(u), self._line(mask)[..., 0]
        # Points on the board go first: being causal, the block then never meets those off it.
        order = torch.argsort(on_board, dim=1, descending=True, stable=True)[..., None]
        index = order.expand_as(line)
        packed = self.core(line.gather(1, index))
        line = torch.zeros_like(packed).scatter(1, index, packed)
        if self.backwards:
            line = line.flip(1)
        return torch.unflatten(line, 1, (side, side))

    def _line(self, board: Tensor) -> Tensor:
        """[B, N, N, X] -> [B, N*N, X] in this mixer's reading order."""
        line = board.flatten(1, 2)
        return line.flip(1) if self.backwards else line

"""The mixers: how a block lets points see each other along lines.

`Mixer` is the state-space mixer of `block`; `LocalMixer` is the same with the scan taken out.
What keeps the state bounded: A = -exp(A_log) < 0 in float32, dt clamped, B and C normalised.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from tessera.nn.norm import RMSNorm
from tessera_mamba.scan import Scan

DT_FIRST, DT_LAST, DT_MOST = 1e-3, 0.1, 1.0
"""Heads start with step sizes spread over 1e-3..0.1; training cannot push one beyond 1."""
GEMM_MULTIPLE = 16
"""in_proj's rows are padded to a multiple of this: an odd count costs up to 40% of the product's speed."""


@dataclass(frozen=True)
class Shape:
    """The sizes of a mixer."""

    width: int
    """D of the tower."""
    inner: int
    """Channels scanned, a multiple of head_dim."""
    head_dim: int
    """Channels per head, P."""
    state: int
    """State size, S."""

    @property
    def heads(self) -> int:
        return self.inner // self.head_dim


class Mixer(nn.Module):
    """Mixes points along each row in both directions; with `raster` the whole board, row by row, is one line."""

    def __init__(self, shape: Shape, *, raster: bool) -> None:
        super().__init__()
        self.shape, self.raster = shape, raster
        inner, state, heads = shape.inner, shape.state, shape.heads
        self.sizes = (inner, inner + 2 * state, heads)
        rows = sum(self.sizes)
        self.spare = -rows % GEMM_MULTIPLE
        self.in_proj = nn.Linear(shape.width, rows + self.spare, bias=False)
        self.conv = nn.Conv2d(inner + 2 * state, inner + 2 * state, 3, padding=1, groups=inner + 2 * state)
        self.norm_b, self.norm_c = RMSNorm(state, scaled=True), RMSNorm(state, scaled=True)
        self.norm_y = RMSNorm(inner, scaled=False)
        self.dt_bias = nn.Parameter(first_dt_bias(heads))
        self.A_log = nn.Parameter(torch.log(torch.linspace(1.0, 16.0, heads)))
        self.D = nn.Parameter(torch.ones(heads))
        self.scan = Scan(both=True)
        self.out_proj = nn.Linear(inner, shape.width, bias=False)

    def forward(self, u: Tensor, mask: Tensor) -> Tensor:
        """u [B, N, N, D], mask [B, N, N, 1] -> [B, N, N, D]."""
        z, xbc, dt, _ = torch.split(self.in_proj(u), [*self.sizes, self.spare], dim=-1)
        x, b, c = self._local(xbc, mask)
        step = functional.softplus(dt.float() + self.dt_bias).clamp(max=DT_MOST) * mask
        y = self._scan(x, step, b, c)
        gated = self.norm_y(y * functional.hardswish(z))
        mixed: Tensor = self.out_proj(gated)
        return mixed

    def _local(self, xbc: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Depthwise convolution, then x [B, N, N, H, P], B and C [B, N, N, S] normalised."""
        image = self.conv((xbc * mask).permute(0, 3, 1, 2))
        mixed = functional.hardswish(image.permute(0, 2, 3, 1))
        x, b, c = torch.split(mixed, [self.shape.inner, self.shape.state, self.shape.state], dim=-1)
        heads = torch.unflatten(x, -1, (self.shape.heads, self.shape.head_dim))
        return heads, self.norm_b(b).to(x.dtype), self.norm_c(c).to(x.dtype)

    def _scan(self, x: Tensor, dt: Tensor, b: Tensor, c: Tensor) -> Tensor:
        """Scan along the rows, or all rows as one line: -> y [B, N, N, inner]."""
        A = -torch.exp(self.A_log.float())
        side = x.shape[1]
        if self.raster:
            x, dt, b, c = (tensor.flatten(1, 2) for tensor in (x, dt, b, c))
        y: Tensor = self.scan(x, dt, A, b, c) + self.D[:, None] * x
        y = y.flatten(-2)
        return torch.unflatten(y, 1, (side, side)) if self.raster else y


class LocalMixer(nn.Module):
    """The mixer with the scan taken out: a gated depthwise convolution (MambaOut), to measure what the scan is worth.

    What B, C and dt would have cost goes into more channels, so that the parameter count stays within 5%.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        freed = 2 * shape.state + shape.heads
        inner = (shape.inner + freed // 2) // GEMM_MULTIPLE * GEMM_MULTIPLE
        self.in_proj = nn.Linear(shape.width, 2 * inner, bias=False)
        self.conv = nn.Conv2d(inner, inner, 3, padding=1, groups=inner)
        self.norm_y = RMSNorm(inner, scaled=False)
        self.out_proj = nn.Linear(inner, shape.width, bias=False)

    def forward(self, u: Tensor, mask: Tensor) -> Tensor:
        """u [B, N, N, D], mask [B, N, N, 1] -> [B, N, N, D]."""
        z, x = self.in_proj(u).chunk(2, dim=-1)
        image = self.conv((x * mask).permute(0, 3, 1, 2))
        y = functional.hardswish(image.permute(0, 2, 3, 1))
        mixed: Tensor = self.out_proj(self.norm_y(y * functional.hardswish(z)))
        return mixed


def first_dt_bias(heads: int) -> Tensor:
    """[H] biases whose softplus is spread evenly in the logarithm over DT_FIRST..DT_LAST."""
    dt = torch.logspace(math.log10(DT_FIRST), math.log10(DT_LAST), heads)
    return dt + torch.log(-torch.expm1(-dt))

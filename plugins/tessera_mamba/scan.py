"""The selective state space of Mamba-2 (Dao and Gu 2024, 'Transformers are SSMs'), in three equal forms.

A fourth, one kernel for short lines on a GPU, is in `fused`.

Along a line of L points, every head has a state h [S, P] and

    h_i = exp(dt_i A) h_(i-1) + dt_i B_i x_i^T        y_i = C_i h_i

with A < 0. `both` forms run the line in both directions and add the two y, as a board has no reading order.

Shapes, with any leading batch dimensions: x [..., L, H, P]; dt [..., L, H] >= 0, where 0 makes a point invisible;
A [H] < 0; B, C [..., L, S], shared by the heads; y like x. Decays are computed in float32 whatever the
type of x; all forms agree to 1e-4 of the largest y in float32 (tests/plugins/test_mamba_scan.py), in gradients too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from tessera_mamba import fused
from tessera_mamba.kernel import Form, mamba_ssm_scan

LOG2_E = math.log2(math.e)
"""exp2 is used throughout: torch.exp is many times slower on arguments that underflow."""
CHUNK = 64
LONGEST_DUAL = 128
"""Above this length the chunked form needs less time and memory than the L x L mask of the dual."""


_wanted = ""
"""The form that `using` asks for; '' leaves the choice to `scan_both`."""


def scan_both(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Both directions, by the form that is quicker at this length and on this device."""
    if _wanted == "triton" or (not _wanted and fused.takes(x, B.shape[-1])):
        return fused.fused_both(x, dt, A, B, C)
    if _wanted == "dual" or (not _wanted and x.shape[-3] <= LONGEST_DUAL):
        return dual_both(x, dt, A, B, C)
    return reversible(chunked, x, dt, A, B, C)


@contextmanager
def using(form: Literal["triton", "dual", "chunked"]) -> Iterator[None]:
    """Within it `scan_both` takes this form: for measuring and comparing, in one thread."""
    global _wanted
    before, _wanted = _wanted, form
    try:
        yield
    finally:
        _wanted = before


def scan_forward(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """First to last point only."""
    kernel = mamba_ssm_scan() if x.is_cuda else None
    if kernel is not None:
        return kernel(x, dt, A, B, C)
    return chunked(x, dt, A, B, C, chunk=min(CHUNK, x.shape[-3]))


class Scan(nn.Module):
    """A scan as a layer without parameters, so that a `tessera.nn.probe` can watch its state."""

    def __init__(self, *, both: bool) -> None:
        super().__init__()
        self.both = both

    def forward(self, x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
        """Shapes as above."""
        return scan_both(x, dt, A, B, C) if self.both else scan_forward(x, dt, A, B, C)

    def state_norm(self, x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
        """Scalar: the largest Frobenius norm of all heads' states at a line's end (or ends)."""
        states = [final_state(x, dt, A, B)]
        if self.both:
            states.append(final_state(x.flip(-3), dt.flip(-2), A, B.flip(-2)))
        largest: Tensor = torch.linalg.vector_norm(torch.stack(states), dim=(-3, -2, -1)).max()
        return largest


def reversible(form: Form, x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """A forward form, run in both directions and added."""
    backward = form(x.flip(-3), dt.flip(-2), A, B.flip(-2), C.flip(-2))
    return form(x, dt, A, B, C) + backward.flip(-3)


def sequential(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Forward, the recurrence word for word: the reference for tests."""
    state = x.new_zeros(*x.shape[:-3], x.shape[-2], B.shape[-1], x.shape[-1], dtype=torch.float32)
    outputs = []
    for i in range(x.shape[-3]):
        step = dt[..., i, :, None, None].float()
        entering = B[..., i, None, :, None].float() * x[..., i, :, None, :].float()
        state = torch.exp(step * A[:, None, None]) * state + step * entering
        outputs.append((C[..., i, None, :, None].float() * state).sum(-2))
    return torch.stack(outputs, dim=-3).to(x.dtype)


def dual_both(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Both directions as one masked matrix product, exact; time and memory L^2.

    y_i = sum_j decay_ij (C_i . B_j) dt_j x_j, the diagonal twice. With c the cumulative sum of dt A and e the same
    without the point itself, decay_ij is exp(c_i - c_j) for j < i and exp(e_j - e_i) for j > i. On its own
    side of the diagonal each exponent is <= 0, on the other >= 0, so the smaller of the two is the right one:
    masked before exp, without a mask.
    """
    decay = _line_decay(dt, A)
    c = decay.cumsum(-1)
    e = c - decay
    weights = torch.exp2(torch.minimum(c[..., :, None] - c[..., None, :], e[..., None, :] - e[..., :, None]))
    length = x.shape[-3]
    twice = 1.0 + torch.eye(length, dtype=weights.dtype, device=x.device)
    weights = weights * (_scores(B, C) * twice)[..., None, :, :] * dt.float().movedim(-1, -2)[..., None, :]
    return torch.matmul(weights.to(x.dtype), x.movedim(-2, -3)).movedim(-3, -2)


def chunked(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor, *, chunk: int = CHUNK) -> Tensor:
    """Forward, in chunks: a masked product inside each, one state handed from chunk to chunk; time L."""
    length = x.shape[-3]
    count = -(-length // chunk)
    spare = count * chunk - length
    # dt = 0 in the padding: those points neither enter the state nor let it decay.
    x = torch.unflatten(functional.pad(x, (0, 0, 0, 0, 0, spare)), -3, (count, chunk))
    dt, B, C = (
        torch.unflatten(functional.pad(line, (0, 0, 0, spare)), -2, (count, chunk)) for line in (dt.float(), B, C)
    )
    c = _line_decay(dt, A).cumsum(-1)
    y = _inside_chunks(x, dt, c, B, C)
    if count > 1:
        y = y + _across_chunks(x, dt, c, B, C)
    return y.flatten(-4, -3)[..., :length, :, :]


def final_state(x: Tensor, dt: Tensor, A: Tensor, B: Tensor) -> Tensor:
    """The state after the last point, [..., H, S, P] float32."""
    c = _line_decay(dt, A).cumsum(-1)
    remaining = torch.exp2(c[..., -1:] - c) * dt.float().movedim(-1, -2)
    return _collect(remaining, B.float(), x.float())


def _inside_chunks(x: Tensor, dt: Tensor, c: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """x [..., K, T, H, P], c [..., K, H, T] -> what points of the same chunk contribute, like x."""
    future = torch.ones(x.shape[-3], x.shape[-3], dtype=torch.bool, device=x.device).triu(1)
    weights = torch.exp2((c[..., :, None] - c[..., None, :]).masked_fill(future, -math.inf))
    weights = weights * _scores(B, C)[..., None, :, :] * dt.movedim(-1, -2)[..., None, :]
    return torch.matmul(weights.to(x.dtype), x.movedim(-2, -3)).movedim(-3, -2)


def _across_chunks(x: Tensor, dt: Tensor, c: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """What the chunks before contribute, like x [..., K, T, H, P]."""
    remaining = torch.exp2(c[..., -1:] - c) * dt.movedim(-1, -2)
    added = _collect(remaining.to(x.dtype), B, x).float()
    whole = torch.exp2(c[..., -1])[..., None, None]
    state = torch.zeros_like(added[..., 0, :, :, :])
    entering = []
    for k in range(x.shape[-4]):
        entering.append(state)
        state = whole[..., k, :, :, :] * state + added[..., k, :, :, :]
    read = torch.matmul(C[..., None, :, :], torch.stack(entering, dim=-4).to(x.dtype))
    return (read * torch.exp2(c)[..., None].to(x.dtype)).movedim(-3, -2)


def _collect(weights: Tensor, B: Tensor, x: Tensor) -> Tensor:
    """weights [..., H, L] -> the sum over the line of weight B x^T, [..., H, S, P]."""
    return torch.matmul(B.transpose(-1, -2)[..., None, :, :], x.movedim(-2, -3) * weights[..., None])


def _line_decay(dt: Tensor, A: Tensor) -> Tensor:
    """Exponents to base 2, float32: dt [..., L, H], A [H] -> [..., H, L]."""
    return (dt.float() * (A.float() * LOG2_E)).movedim(-1, -2)


def _scores(B: Tensor, C: Tensor) -> Tensor:
    """C_i . B_j: [..., L, S] twice -> [..., L, L] float32."""
    return torch.matmul(C, B.transpose(-1, -2)).float()

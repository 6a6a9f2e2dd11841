"""Triton kernels of the scan in both directions over short lines; imported by `fused` alone, where triton is installed.

One program is one line with all its heads: its points, padded to LINE, stay in registers, and what the heads share
(B, C and their products) is read and computed once. In the letters of `scan`, with s_ij the sum of dt A over the points
that a contribution passes on its way from j to i (j+1..i forward, i..j-1 backward):

    y_i = sum_j w_ij x_j        w_ij = exp(s_ij) (C_i . B_j) dt_j, twice on the diagonal

The backward kernel computes w again: reading it would cost more than the few products it takes.

The floor of a call. For a line of L points, H heads of P channels, S states and b bytes a number, forward reads x, B, C
and dt and writes y, each once: L (2 H P b + 2 S b + 4 H) bytes, and 2 L^2 (S + H P) operations in matrix products plus
about 6 H L^2 others. Backward reads x, B, C, dt and the gradient of y and writes the gradients of x, B, C, dt and A:
L (3 H P b + 4 S b + 8 H) + 4 H bytes, and 2 L^2 (3 S + 3 H P) operations. With the default network in bfloat16 a point
of a 19-point line costs 920 and 1,457 bytes, 8,512 and 25,536 operations: some 9 and 18 a byte, far below what a GPU
offers, so a call lasts as long as its bytes take. The torch form writes and reads several L x L x H masks besides.
"""

from __future__ import annotations

import triton
import triton.language as tl

LOG2_E = tl.constexpr(1.4426950408889634)


@triton.jit
def _tile(start, points, row, channels, length, width):
    """[points, channels] from memory; 0 beyond the line's length and the width."""
    inside = (points[:, None] < length) & (channels[None, :] < width)
    return tl.load(start + points[:, None] * row + channels[None, :], mask=inside, other=0.0)


@triton.jit
def _put(start, points, row, channels, length, width, values):
    """The reverse of `_tile`, in the type of the memory."""
    inside = (points[:, None] < length) & (channels[None, :] < width)
    tl.store(start + points[:, None] * row + channels[None, :], values.to(start.dtype.element_ty), mask=inside)


@triton.jit
def _decay(dt, rate, points):
    """dt [LINE], rate A of the head -> exp(s) with the diagonal twice, [to, from] float32."""
    to, source = points[:, None], points[None, :]
    step = dt * (rate * LOG2_E)
    through = tl.sum(tl.where(source <= to, step[None, :], 0.0), 1)
    before = through - step
    exponent = tl.where(source <= to, through[:, None] - through[None, :], before[None, :] - before[:, None])
    return tl.exp2(exponent) * tl.where(source == to, 2.0, 1.0)


@triton.jit
def forward(
    x, dt, A, B, C, y, length,
    x_line, x_point, dt_line, dt_point, b_line, b_point, c_line, c_point,
    HEADS: tl.constexpr, WIDTH: tl.constexpr, STATE: tl.constexpr,
    LINE: tl.constexpr, CHANNELS: tl.constexpr, STATES: tl.constexpr,
):  # fmt: skip
    """Inputs [lines, length, ...] by strides, y contiguous; capitals at the end are paddings to powers of two."""
    line = tl.program_id(0).to(tl.int64)
    points, channels, states = tl.arange(0, LINE), tl.arange(0, CHANNELS), tl.arange(0, STATES)
    b = _tile(B + line * b_line, points, b_point, states, length, STATE)
    c = _tile(C + line * c_line, points, c_point, states, length, STATE)
    scores = tl.dot(c, tl.trans(b), input_precision="ieee")
    own = line * length * HEADS * WIDTH
    for head in range(HEADS):
        step = tl.load(dt + line * dt_line + points * dt_point + head, mask=points < length, other=0.0).to(tl.float32)
        weights = _decay(step, tl.load(A + head), points) * scores * step[None, :]
        values = _tile(x + line * x_line + head * WIDTH, points, x_point, channels, length, WIDTH)
        out = tl.dot(weights.to(values.dtype), values, input_precision="ieee")
        _put(y + own + head * WIDTH, points, HEADS * WIDTH, channels, length, WIDTH, out)


@triton.jit
def backward(
    x, dt, A, B, C, dy, dx, ddt, dA, dB, dC, length,
    x_line, x_point, dt_line, dt_point, b_line, b_point, c_line, c_point, dy_line, dy_point,
    HEADS: tl.constexpr, WIDTH: tl.constexpr, STATE: tl.constexpr,
    LINE: tl.constexpr, CHANNELS: tl.constexpr, STATES: tl.constexpr,
):  # fmt: skip
    """As `forward`; the gradients are contiguous, A's is [lines, HEADS]: a part for each line, so that sums repeat."""
    line = tl.program_id(0).to(tl.int64)
    points, channels, states = tl.arange(0, LINE), tl.arange(0, CHANNELS), tl.arange(0, STATES)
    to, source = points[:, None], points[None, :]
    b = _tile(B + line * b_line, points, b_point, states, length, STATE)
    c = _tile(C + line * c_line, points, c_point, states, length, STATE)
    scores = tl.dot(c, tl.trans(b), input_precision="ieee")
    dscores = tl.zeros((LINE, LINE), tl.float32)
    own = line * length * HEADS
    for head in range(HEADS):
        step = tl.load(dt + line * dt_line + points * dt_point + head, mask=points < length, other=0.0).to(tl.float32)
        rate = tl.load(A + head)
        values = _tile(x + line * x_line + head * WIDTH, points, x_point, channels, length, WIDTH)
        dout = _tile(dy + line * dy_line + head * WIDTH, points, dy_point, channels, length, WIDTH)
        decay = _decay(step, rate, points)
        weights = decay * scores * step[None, :]
        out = tl.dot(tl.trans(weights.to(dout.dtype)), dout, input_precision="ieee")
        _put(dx + (own + head) * WIDTH, points, HEADS * WIDTH, channels, length, WIDTH, out)

        decayed = tl.dot(dout, tl.trans(values), input_precision="ieee") * decay
        dscores += decayed * step[None, :]
        per_step = decayed * scores
        # ds_ij; each point k takes the sum over the pairs (i, j) whose way passes it.
        ds = per_step * step[None, :]
        ahead, behind = tl.where(source < to, ds, 0.0), tl.where(source > to, ds, 0.0)
        ends = tl.sum(ahead, 1) - tl.sum(ahead, 0)
        starts = tl.sum(behind, 0) - tl.sum(behind, 1)
        passed = tl.sum(tl.where(to >= source, ends[:, None], 0.0) + tl.where(to > source, starts[:, None], 0.0), 0)
        inside = points < length
        tl.store(ddt + own + points * HEADS + head, tl.sum(per_step, 0) + rate * passed, mask=inside)
        tl.store(dA + line * HEADS + head, tl.sum(passed * step, 0))
    shared = line * length * STATE
    low = dscores.to(b.dtype)
    _put(dB + shared, points, STATE, states, length, STATE, tl.dot(tl.trans(low), c, input_precision="ieee"))
    _put(dC + shared, points, STATE, states, length, STATE, tl.dot(low, b, input_precision="ieee"))

"""Unconditional life as planes: what `tessera.rules.benson` explains, without sets and without allocation.

Regions are filled on boards of bits. Most of a board belongs to regions that can neither be vital (an empty point lies
beside no stone of the colour) nor be its area (the opponent could make two eyes there); only the others are kept.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tessera.rules import kernels
from tessera.rules.chains import setup
from tessera.rules.coords import EMPTY
from tessera.rules.jit import kernel
from tessera.rules.layout import STONE_BITS, STRIDE, bits_at, chain_at, row_length, tables
from tessera.rules.legality import column_of

MAX_HEADS = 4
"""Chains that can touch one point."""


@kernel
def write_pass_alive(s, n, t, color, w, plane, suicide):
    """Set plane[P] (zeros before) to 1 where `color` owns the point whatever its opponent does; w: 8P + 2N + 5.

    suicide: whether the opponent may fill its last liberty in a region, so that its stones there are no liberties
    of the chains around it, either.
    """
    points = n * n
    chain, own = chain_at(points), bits_at(n, STONE_BITS + color - 1)
    # Of the regions kept: their points, where these end, the heads that all their empty points touch (-1 none), and
    # how many of their points touch no stone of `color`, 2 for more; -1 once it is not enclosed by living chains alone.
    queue, ends, vital, inner = 0, points, 2 * points + 1, 6 * points + 1
    count, left = 7 * points + 1, 8 * points + 1
    region = left + n + 2
    for row in range(n + 2):
        w[left + row] = (1 << n) - 1 - s[own + row] if 1 <= row <= n else 0
        w[region + row] = 0
    kept = 0
    w[ends] = 0
    for row in range(1, n + 1):
        while w[left + row] != 0:
            last = fill(n, row, w, left, region)
            apart = keep_apart(s, n, own, bits_at(n, STONE_BITS + 2 - color), row, last, w, region)
            if apart >= 0:
                w[inner + kept] = apart
                w[ends + kept + 1] = list_points(n, t, row, last, w, region, w[ends + kept])
                find_vital(s, n, t, color, w, w[ends + kept], w[ends + kept + 1], vital + MAX_HEADS * kept, suicide)
                kept += 1
            for r in range(row, last + 1):
                w[region + r] = 0
    if kept == 0:
        return
    healthy, changed = kept, True
    while changed and healthy > 0:
        changed = False
        for p in range(points):
            w[count + p] = 0
        for i in range(MAX_HEADS * kept):
            if w[inner + i // MAX_HEADS] >= 0 and w[vital + i] >= 0:
                w[count + w[vital + i]] += 1
        for i in range(kept):
            if w[inner + i] >= 0 and touches_dead(s, n, t, color, w, w[ends + i], w[ends + i + 1], count):
                w[inner + i] = -1
                healthy -= 1
                changed = True
    if healthy == 0:
        return
    for p in range(points):
        if s[p] == color and w[count + s[chain + p]] >= 2:
            plane[p] = 1.0
    for i in range(kept):
        if w[inner + i] == 0 or w[inner + i] == 1:
            for k in range(w[ends + i], w[ends + i + 1]):
                plane[w[queue + k]] = 1.0


@kernel
def fill(n, first, w, left, region):
    """Move a region from the bits left to those of `region`; row `first` is the first with bits left. Its last row."""
    w[region + first] = w[left + first] & -w[left + first]
    last, grown = first, True
    while grown:
        grown = False
        row = first
        while row <= last + 1 and row <= n:
            if spread(w, left + row, region + row):
                grown = True
                last = max(last, row)
            row += 1
        for up in range(last - first):
            grown = spread(w, left + last - 1 - up, region + last - 1 - up) or grown
    for row in range(first, last + 1):
        w[left + row] -= w[region + row]
    return last


@kernel
def spread(w, left, row):
    """Let a region grow within its row, where bits are left, from there and the rows beside; whether it did."""
    before, free = w[row], w[left]
    wider = (before | w[row - 1] | w[row + 1]) & free
    while True:
        bits = wider
        wider = (bits | (bits << 1) | (bits >> 1)) & free
        if wider == bits:
            break
    w[row] = bits
    return bits != before


@kernel
def keep_apart(s, n, own, other, first, last, w, region):
    """How many points of a region touch no stone of the colour, 2 for more; -1 where the region is of no use."""
    apart, empty_apart, touched = 0, False, False
    for row in range(first, last + 1):
        bits, stones = w[region + row], s[own + row]
        beside = (stones << 1) | (stones >> 1) | s[own + row - 1] | s[own + row + 1]
        touched = touched or (bits & beside) != 0
        far = bits & ~beside
        if far != 0:
            apart = 2 if (far & (far - 1)) != 0 else min(2, apart + 1)
            empty_apart = empty_apart or (far & ~s[other + row]) != 0
    return -1 if not touched or (empty_apart and apart == 2) else apart


@kernel
def list_points(n, t, first, last, w, region, end):
    """Append the points of a region at w[end]; returns their new end."""
    for row in range(first, last + 1):
        bits = w[region + row]
        while bits != 0:
            bit = bits & -bits
            w[end] = (row - 1) * n + column_of(t, bit)
            end += 1
            bits -= bit
    return end


@kernel
def find_vital(s, n, t, color, w, start, end, vital, suicide):
    """Note at w[vital] the heads that all empty points of the region w[start:end] touch, -1 for none; all its points
    where the opponent may play suicide.
    """
    chain = chain_at(n * n)
    for i in range(MAX_HEADS):
        w[vital + i] = -1
    # One point proposes the heads beside it, every other strikes out.
    first = start
    while first < end - 1 and not suicide and s[w[first]] != EMPTY:
        first += 1
    for at in range(first, end):
        p = w[at]
        if s[p] != EMPTY and not suicide:
            continue
        for i in range(MAX_HEADS):
            if at == first:
                beside = t.geometry[STRIDE * p + i]
                if s[beside] == color:
                    w[vital + i] = s[chain + beside]
                    for j in range(i):
                        if w[vital + j] == w[vital + i]:
                            w[vital + i] = -1
            elif w[vital + i] >= 0 and not touches(s, n, t, p, color, w[vital + i]):
                w[vital + i] = -1


@kernel
def touches(s, n, t, p, color, head):
    """Whether the point p lies beside the chain."""
    chain = chain_at(n * n)
    for k in range(4):
        beside = t.geometry[STRIDE * p + k]
        if s[beside] == color and s[chain + beside] == head:
            return True
    return False


@kernel
def touches_dead(s, n, t, color, w, start, end, count):
    """Whether a chain with fewer than two vital regions touches the region w[start:end]."""
    chain = chain_at(n * n)
    for at in range(start, end):
        for k in range(4):
            beside = t.geometry[STRIDE * w[at] + k]
            if s[beside] == color and w[count + s[chain + beside]] < 2:
                return True
    return False


def alive_points(stones: NDArray[np.int32], size: int, color: int) -> NDArray[np.bool_]:
    """[P] what `color` owns whatever its opponent does, on any board: stones [P]."""
    points, t = size * size, tables(size)
    row, work = np.zeros(row_length(size), np.int32), np.zeros(8 * points + 2 * size + 5, np.int32)
    plane = np.zeros(points, np.float32)
    kernels.reset(row, size, 0, 0, 0, 0)
    setup(row, size, t, stones)
    write_pass_alive(row, size, t, color, work, plane, False)
    return plane > 0

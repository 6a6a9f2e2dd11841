"""Legal moves as scalar kernels: found row by row of bits, then counted, picked or spread into a mask."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np

from tessera.rules.chains import get_hash
from tessera.rules.jit import kernel
from tessera.rules.layout import (
    ATARI_BITS,
    DE_BRUIJN,
    FORBIDDEN_BITS,
    KO_COLOR,
    KO_POINT,
    KO_RULE,
    LEGAL_BITS,
    LOST_BITS,
    STONE_BITS,
    STRIDE,
    SUICIDE,
    bits_at,
    meta_at,
)
from tessera.rules.ruleset import SIMPLE
from tessera.rules.superko import hash_after, hash_after_suicide, repeats


@kernel
def column_of(t, bit):
    """Column of the only bit set in `bit`."""
    return t.columns[((np.int64(bit) * np.int64(DE_BRUIJN)) & np.int64(0xFFFFFFFF)) >> np.int64(27)]


@kernel
def legal(s, n, t, color, seen, path, depth):
    """Note in the state which points are legal for `color`, and which only ko or superko forbids.

    Passing is always legal. See `write_mask` and `pick_legal`.
    """
    meta = meta_at(n)
    own, other = bits_at(n, STONE_BITS + color - 1), bits_at(n, STONE_BITS + 2 - color)
    atari, lost = bits_at(n, ATARI_BITS), bits_at(n, LOST_BITS + color - 1)
    legal_, forbidden = bits_at(n, LEGAL_BITS), bits_at(n, FORBIDDEN_BITS)
    superko = s[meta + KO_RULE] != SIMPLE
    suicide = s[meta + SUICIDE] != 0
    now = get_hash(s, n)
    full = (1 << n) - 1
    # A stone on an empty point lives next to another empty point, next to an own chain with a second
    # liberty, or next to an enemy chain it takes. `own ^ atari` is exactly the last two kinds of stones.
    free = full & ~(s[own + 1] | s[other + 1])
    above, here = 0, free | (s[own + 1] ^ s[atari + 1])
    for row in range(1, n + 1):
        free_below = full & ~(s[own + row + 1] | s[other + row + 1])
        below = free_below | (s[own + row + 1] ^ s[atari + row + 1])
        if row == n:
            below = 0
        good = free & ((here << 1) | (here >> 1) | above | below)
        banned = 0
        base = (row - 1) * n
        if suicide:
            closed = free & ~good
            while closed != 0:
                bit = closed & -closed
                closed ^= bit
                value = hash_after_suicide(s, n, t, base + column_of(t, bit), color)
                # Suicide of a single stone leaves the board as it was, like a pass: never allowed.
                if value != now:
                    if superko and repeats(s, n, t, seen, path, depth, value, color):
                        banned |= bit
                    else:
                        good |= bit
        if superko:
            suspects = good & s[lost + row]
            if suspects != 0:
                prey = s[atari + row] & s[other + row]
                prey = (prey << 1) | (prey >> 1)
                prey |= (s[atari + row - 1] & s[other + row - 1]) | (s[atari + row + 1] & s[other + row + 1])
                while suspects != 0:
                    bit = suspects & -suspects
                    suspects ^= bit
                    p = base + column_of(t, bit)
                    if prey & bit:
                        value = hash_after(s, n, t, p, color)
                    else:
                        value = now ^ t.keys[color * n * n + p]
                    if repeats(s, n, t, seen, path, depth, value, color):
                        good ^= bit
                        banned |= bit
        s[legal_ + row] = good
        s[forbidden + row] = banned
        above, here, free = here, below, free_below
    ko = s[meta + KO_POINT]
    if not superko and ko >= 0 and s[meta + KO_COLOR] == color:
        row, bit = t.geometry[STRIDE * ko + 4], t.geometry[STRIDE * ko + 5]
        s[legal_ + row] &= ~bit
        s[forbidden + row] |= bit


@kernel
def write_mask(s, n, mask):
    """Spread the legal points over mask[A]: 1 legal, 0 not, pass last."""
    legal_ = bits_at(n, LEGAL_BITS)
    for row in range(1, n + 1):
        bits = s[legal_ + row]
        base = (row - 1) * n
        for column in range(n):
            mask[base + column] = (bits >> column) & 1
    mask[n * n] = 1


@kernel
def bit_count(bits):
    """How many of the low 32 bits are set."""
    bits = bits - ((bits >> 1) & 0x55555555)
    bits = (bits & 0x33333333) + ((bits >> 2) & 0x33333333)
    return (((bits + (bits >> 4)) & 0x0F0F0F0F) * 0x01010101 & 0xFFFFFFFF) >> 24


@kernel
def count_legal(s, n):
    """Number of legal points, pass not counted."""
    legal_ = bits_at(n, LEGAL_BITS)
    count = 0
    for row in range(1, n + 1):
        count += bit_count(np.int64(s[legal_ + row]))
    return count


@kernel
def pick_legal(s, n, t, k):
    """The k-th legal point in raster order; P (pass) when there are only k of them or fewer."""
    legal_ = bits_at(n, LEGAL_BITS)
    for row in range(1, n + 1):
        bits = np.int64(s[legal_ + row])
        count = bit_count(bits)
        if k < count:
            for _ in range(k):
                bits &= bits - 1
            return (row - 1) * n + column_of(t, bits & -bits)
        k -= count
    return n * n

"""The rules of Go as scalar functions over one game's flat state. Written once for CPU and GPU.

No allocation, no exceptions, no Python objects. `s` is the row of layout.py, `n` the board side, `t` the
`Tables` of that size, `p` a point, `seen` the superko set. Callers check their input: an illegal move
here corrupts the state.

Chains are rings of stones with a head; liberties are counted per stone they touch ("pseudo liberties",
as in Łukasz Lew's libego), which makes placing, merging and removing cheap and still tells atari exactly.
Which empty points may be played is then mostly a matter of a few operations per row of bits.
"""

from __future__ import annotations

import numpy as np

from tessera.rules.coords import BLACK, EMPTY, WALL
from tessera.rules.jit import kernel
from tessera.rules.layout import (
    ATARI_BITS,
    DE_BRUIJN,
    EMPTY_KEY,
    FORBIDDEN_BITS,
    HASH_HIGH,
    HASH_LOW,
    HISTORY,
    KO_COLOR,
    KO_POINT,
    KO_RULE,
    KOMI2,
    LAST,
    LEGAL_BITS,
    LOST_BITS,
    META,
    MOVES,
    PASSES,
    PRISONERS,
    STONE_BITS,
    STRIDE,
    SUICIDE,
    TERRITORY,
    TO_PLAY,
    bits_at,
    chain_at,
    libs_at,
    meta_at,
    next_at,
)


@kernel
def get_hash(s, n):
    """Zobrist hash of the stones on the board."""
    meta = meta_at(n)
    return (np.int64(s[meta + HASH_LOW]) & np.int64(0xFFFFFFFF)) | (np.int64(s[meta + HASH_HIGH]) << np.int64(32))


@kernel
def set_hash(s, n, value):
    meta = meta_at(n)
    low = value & np.int64(0xFFFFFFFF)
    s[meta + HASH_LOW] = np.int32(low - ((low & np.int64(0x80000000)) << np.int64(1)))
    s[meta + HASH_HIGH] = np.int32(value >> np.int64(32))


@kernel
def reset(s, n, ko_rule, suicide, territory, komi2):
    """The empty board, Black to play."""
    points = n * n
    meta = meta_at(n)
    for i in range(meta + META):
        s[i] = 0
    s[points] = WALL
    for i in range(HISTORY):
        s[meta + LAST + i] = -1
    s[meta + TO_PLAY] = BLACK
    s[meta + KO_POINT] = -1
    s[meta + KO_RULE] = ko_rule
    s[meta + SUICIDE] = suicide
    s[meta + TERRITORY] = territory
    s[meta + KOMI2] = komi2
    set_hash(s, n, np.int64(EMPTY_KEY))


# ---------------------------------------------------------------- chains


@kernel
def in_atari(s, libs):
    """Whether the chain whose liberties stand at `libs` has exactly one."""
    total = np.int64(s[libs + 1])
    return total * total == np.int64(s[libs]) * np.int64(s[libs + 2])


@kernel
def mark_atari(s, n, t, head, on):
    """Set or clear the atari bit of every stone of a chain."""
    following = next_at(n * n)
    atari = bits_at(n, ATARI_BITS)
    stone = head
    while True:
        row = atari + t.geometry[STRIDE * stone + 4]
        bit = t.geometry[STRIDE * stone + 5]
        if on:
            s[row] |= bit
        else:
            s[row] &= ~bit
        stone = s[following + stone]
        if stone == head:
            break


@kernel
def is_marked(s, n, t, stone):
    return (s[bits_at(n, ATARI_BITS) + t.geometry[STRIDE * stone + 4]] & t.geometry[STRIDE * stone + 5]) != 0


@kernel
def remove_chain(s, n, t, head, value):
    """Take a chain off the board. Returns the hash without it; its size is in libs until reused."""
    points = n * n
    chain, following, all_libs = chain_at(points), next_at(points), libs_at(points)
    color = s[head]
    other = 3 - color
    stones, lost = bits_at(n, STONE_BITS + color - 1), bits_at(n, LOST_BITS + color - 1)
    atari = bits_at(n, ATARI_BITS)
    stone = head
    while True:
        g = STRIDE * stone
        row, bit = t.geometry[g + 4], t.geometry[g + 5]
        s[stone] = EMPTY
        s[stones + row] &= ~bit
        s[lost + row] |= bit
        s[atari + row] &= ~bit
        value ^= t.keys[color * points + stone]
        for k in range(4):
            neighbour = t.geometry[g + k]
            if s[neighbour] == other:
                libs = all_libs + 4 * s[chain + neighbour]
                s[libs] += 1
                s[libs + 1] += stone
                s[libs + 2] += stone * stone
        stone = s[following + stone]
        if stone == head:
            break
    # Only now are the liberties of the neighbours complete.
    while True:
        for k in range(4):
            neighbour = t.geometry[STRIDE * stone + k]
            if s[neighbour] == other and is_marked(s, n, t, neighbour):
                found = s[chain + neighbour]
                if not in_atari(s, all_libs + 4 * found):
                    mark_atari(s, n, t, found, False)
        stone = s[following + stone]
        if stone == head:
            break
    meta = meta_at(n)
    s[meta + PRISONERS + color] += s[all_libs + 4 * head + 3]
    return value


@kernel
def merge(s, n, a, b):
    """Join two chains of one colour. Returns the head of the joint chain, the larger one's."""
    points = n * n
    chain, following, all_libs = chain_at(points), next_at(points), libs_at(points)
    if s[all_libs + 4 * a + 3] < s[all_libs + 4 * b + 3]:
        a, b = b, a
    stone = b
    while True:
        s[chain + stone] = a
        stone = s[following + stone]
        if stone == b:
            break
    s[following + a], s[following + b] = s[following + b], s[following + a]
    into, out = all_libs + 4 * a, all_libs + 4 * b
    for i in range(4):
        s[into + i] += s[out + i]
    return a


@kernel
def place(s, n, t, p, color):
    """Put a stone on an empty point, capture, merge, or remove the own chain. Returns the captured count.

    The position's hash and the ko point are brought up to date; whose turn it is and the history are not.
    """
    points = n * n
    chain, following, all_libs = chain_at(points), next_at(points), libs_at(points)
    meta = meta_at(n)
    other = 3 - color
    g = STRIDE * p
    s[p] = color
    s[bits_at(n, STONE_BITS + color - 1) + t.geometry[g + 4]] |= t.geometry[g + 5]
    value = get_hash(s, n) ^ t.keys[color * points + p]
    s[chain + p] = p
    s[following + p] = p
    count, total, squares = 0, 0, 0
    for k in range(4):
        neighbour = t.geometry[g + k]
        found = s[neighbour]
        if found == EMPTY:
            count += 1
            total += neighbour
            squares += neighbour * neighbour
        elif found != WALL:
            libs = all_libs + 4 * s[chain + neighbour]
            s[libs] -= 1
            s[libs + 1] -= p
            s[libs + 2] -= p * p
    libs = all_libs + 4 * p
    s[libs], s[libs + 1], s[libs + 2], s[libs + 3] = count, total, squares, 1

    captured, last = 0, -1
    for k in range(4):
        neighbour = t.geometry[g + k]
        if s[neighbour] == other:
            found = s[chain + neighbour]
            at = all_libs + 4 * found
            if s[at] == 0:
                captured += s[at + 3]
                last = neighbour
                value = remove_chain(s, n, t, found, value)
            elif in_atari(s, at) and not is_marked(s, n, t, neighbour):
                mark_atari(s, n, t, found, True)

    head = p
    for k in range(4):
        neighbour = t.geometry[g + k]
        if s[neighbour] == color:
            found = s[chain + neighbour]
            if found != head:
                if is_marked(s, n, t, found):
                    mark_atari(s, n, t, found, False)
                head = merge(s, n, head, found)
    libs = all_libs + 4 * head
    s[meta + KO_POINT] = -1
    if s[libs] == 0:
        value = remove_chain(s, n, t, head, value)
    elif in_atari(s, libs):
        mark_atari(s, n, t, head, True)
        if captured == 1 and s[libs + 3] == 1:
            s[meta + KO_POINT] = last
            s[meta + KO_COLOR] = other
    set_hash(s, n, value)
    return captured


# ---------------------------------------------------------------- superko


@kernel
def situation(value, n, t, ko_rule, to_play):
    """The key of a position under the superko rule: with the side to play when the rule is situational."""
    if ko_rule == 2:
        value ^= t.keys[3 * n * n + to_play]
    if value == 0:
        value = np.int64(1)
    return value


@kernel
def has_seen(seen, key):
    mask = seen.shape[0] - 1
    slot = key & mask
    while seen[slot] != 0:
        if seen[slot] == key:
            return True
        slot = (slot + 1) & mask
    return False


@kernel
def add_seen(seen, key):
    mask = seen.shape[0] - 1
    slot = key & mask
    while seen[slot] != 0:
        if seen[slot] == key:
            return
        slot = (slot + 1) & mask
    seen[slot] = key


@kernel
def fill_seen(seen, keys):
    """Forget everything but these keys."""
    for i in range(seen.shape[0]):
        seen[i] = 0
    for i in range(keys.shape[0]):
        add_seen(seen, keys[i])


@kernel
def chain_hash(s, n, t, head):
    """Exclusive or of the keys of a chain's stones."""
    points = n * n
    following = next_at(points)
    base = s[head] * points
    value = np.int64(0)
    stone = head
    while True:
        value ^= t.keys[base + stone]
        stone = s[following + stone]
        if stone == head:
            return value


@kernel
def hash_after(s, n, t, p, color):
    """Hash of the position after a move that is no suicide, without playing it."""
    points = n * n
    chain = chain_at(points)
    value = get_hash(s, n) ^ t.keys[color * points + p]
    first, second, third = -1, -1, -1
    for k in range(4):
        neighbour = t.geometry[STRIDE * p + k]
        if s[neighbour] == 3 - color and is_marked(s, n, t, neighbour):
            head = s[chain + neighbour]
            if head != first and head != second and head != third:
                value ^= chain_hash(s, n, t, head)
                third, second, first = second, first, head
    return value


@kernel
def hash_after_suicide(s, n, t, p, color):
    """Hash after a move that removes its own chain; the unchanged hash for a single stone."""
    points = n * n
    chain = chain_at(points)
    value = get_hash(s, n)
    first, second, third = -1, -1, -1
    for k in range(4):
        neighbour = t.geometry[STRIDE * p + k]
        if s[neighbour] == color:
            head = s[chain + neighbour]
            if head != first and head != second and head != third:
                value ^= chain_hash(s, n, t, head)
                third, second, first = second, first, head
    return value


@kernel
def repeats(s, n, t, seen, path, depth, value, color):
    """Whether a position with that hash, after a move of `color`, stood on the board before.

    `path[:depth]` are the keys of positions between the game's `seen` set and this one (a search tree's path).
    """
    ko_rule = s[meta_at(n) + KO_RULE]
    if ko_rule == 0:
        return False
    key = situation(value, n, t, ko_rule, 3 - color)
    for i in range(depth):
        if path[i] == key:
            return True
    return has_seen(seen, key)


# ---------------------------------------------------------------- legal moves


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
    superko = s[meta + KO_RULE] != 0
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
                # A single stone that takes itself off is a pass with a stone in hand: never allowed.
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


# ---------------------------------------------------------------- a whole move


@kernel
def play(s, n, t, p, color):
    """Play a legal move, or pass with p == P. The superko set is the caller's: `add_seen(seen, current_key(...))`."""
    points = n * n
    meta = meta_at(n)
    if p == points:
        s[meta + PASSES] += 1
        s[meta + KO_POINT] = -1
    else:
        s[meta + PASSES] = 0
        place(s, n, t, p, color)
    for i in range(HISTORY - 1, 0, -1):
        s[meta + LAST + i] = s[meta + LAST + i - 1]
    s[meta + LAST] = p
    s[meta + MOVES] += 1
    s[meta + TO_PLAY] = 3 - color


@kernel
def current_key(s, n, t):
    """The superko key of the position as it stands."""
    meta = meta_at(n)
    return situation(get_hash(s, n), n, t, s[meta + KO_RULE], s[meta + TO_PLAY])


@kernel
def is_over(s, n):
    """Two passes in a row end the game."""
    return s[meta_at(n) + PASSES] >= 2


@kernel
def setup(s, n, t, stones):
    """Put stones[P] on a board that was just reset, whatever the order. False when a chain has no liberty."""
    points = n * n
    chain, following, all_libs = chain_at(points), next_at(points), libs_at(points)
    value = get_hash(s, n)
    for p in range(points):
        color = stones[p]
        s[p] = color
        if color != EMPTY:
            s[bits_at(n, STONE_BITS + color - 1) + t.geometry[STRIDE * p + 4]] |= t.geometry[STRIDE * p + 5]
            value ^= t.keys[color * points + p]
            s[chain + p] = p
            s[following + p] = p
    set_hash(s, n, value)
    for p in range(points):
        if s[p] != EMPTY:
            libs = all_libs + 4 * p
            s[libs], s[libs + 1], s[libs + 2], s[libs + 3] = 0, 0, 0, 1
            for k in range(4):
                neighbour = t.geometry[STRIDE * p + k]
                if s[neighbour] == EMPTY:
                    s[libs] += 1
                    s[libs + 1] += neighbour
                    s[libs + 2] += neighbour * neighbour
    for p in range(points):
        for k in range(1, 4, 2):  # below and to the right: every pair of neighbours once
            neighbour = t.geometry[STRIDE * p + k]
            if s[p] != EMPTY and s[neighbour] == s[p] and s[chain + neighbour] != s[chain + p]:
                merge(s, n, s[chain + p], s[chain + neighbour])
    for p in range(points):
        if s[p] != EMPTY and s[chain + p] == p:
            if s[all_libs + 4 * p] == 0:
                return False
            if in_atari(s, all_libs + 4 * p):
                mark_atari(s, n, t, p, True)
    return True

"""Chains of stones as scalar kernels: placing, merging, capturing, and setting up a position.

Chains are rings of stones with a head; liberties are counted per stone they touch ("pseudo liberties",
as in Łukasz Lew's libego), which makes placing, merging and removing cheap and still tells atari exactly.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np

from tessera.rules.coords import EMPTY, WALL
from tessera.rules.jit import kernel
from tessera.rules.layout import (
    ATARI_BITS,
    HASH_HIGH,
    HASH_LOW,
    KO_COLOR,
    KO_POINT,
    LOST_BITS,
    MOVES,
    PRISONERS,
    STONE_BITS,
    STRIDE,
    TAKEN,
    TAKEN_BITS,
    bits_at,
    chain_at,
    libs_at,
    meta_at,
    next_at,
    slot_of,
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
    meta = meta_at(n)
    now = slot_of(s[meta + MOVES])
    atari, taken = bits_at(n, ATARI_BITS), bits_at(n, TAKEN_BITS + now)
    stone = head
    while True:
        g = STRIDE * stone
        row, bit = t.geometry[g + 4], t.geometry[g + 5]
        s[stone] = EMPTY
        s[stones + row] &= ~bit
        s[lost + row] |= bit
        s[taken + row] |= bit
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
    s[meta + PRISONERS + color] += s[all_libs + 4 * head + 3]
    s[meta + TAKEN + now] += s[all_libs + 4 * head + 3]
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


@kernel
def setup(s, n, t, stones):
    """Put stones[P] on a board that was just reset, whatever the order. False when a chain has no liberty."""
    points = n * n
    chain, all_libs = chain_at(points), libs_at(points)
    value = get_hash(s, n)
    for p in range(points):
        color = stones[p]
        s[p] = color
        if color != EMPTY:
            s[bits_at(n, STONE_BITS + color - 1) + t.geometry[STRIDE * p + 4]] |= t.geometry[STRIDE * p + 5]
            value ^= t.keys[color * points + p]
    set_hash(s, n, value)
    link_chains(s, n, t)
    for p in range(points):
        if s[p] != EMPTY and s[chain + p] == p:
            if s[all_libs + 4 * p] == 0:
                return False
            if in_atari(s, all_libs + 4 * p):
                mark_atari(s, n, t, p, True)
    return True


@kernel
def link_chains(s, n, t):
    """Chains, rings and liberties of the stones in s, which begins like a game's row."""
    points = n * n
    chain, following, all_libs = chain_at(points), next_at(points), libs_at(points)
    for p in range(points):
        if s[p] != EMPTY:
            s[chain + p] = p
            s[following + p] = p
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

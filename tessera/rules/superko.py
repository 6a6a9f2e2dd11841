"""Superko as scalar kernels: keys of positions, the set of those seen, and the key a move would lead to."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np

from tessera.rules.chains import get_hash, is_marked
from tessera.rules.jit import kernel
from tessera.rules.layout import (
    KO_RULE,
    STRIDE,
    chain_at,
    meta_at,
    next_at,
)
from tessera.rules.ruleset import SIMPLE, SITUATIONAL


@kernel
def situation(value, n, t, ko_rule, to_play):
    """The key of a position under the superko rule: with the side to play when the rule is situational."""
    if ko_rule == SITUATIONAL:
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
    if ko_rule == SIMPLE:
        return False
    key = situation(value, n, t, ko_rule, 3 - color)
    for i in range(depth):
        if path[i] == key:
            return True
    return has_seen(seen, key)

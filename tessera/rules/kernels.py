"""The rules of Go as scalar functions over one game's flat state. Written once for CPU and GPU.

No allocation, no exceptions, no Python objects. `s` is the row of layout.py, `n` the board side, `t` the
`Tables` of that size, `p` a point, `seen` the superko set. Callers check their input: an illegal move
here corrupts the state, and an index is never negative.

This module is the one to import: whole moves stand here, their parts in chains.py, legality.py and superko.py.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np

from tessera.rules.chains import get_hash, in_atari, is_marked, mark_atari, merge, place, remove_chain, set_hash, setup
from tessera.rules.coords import BLACK, WALL
from tessera.rules.jit import kernel
from tessera.rules.layout import (
    EARLIER_KO,
    EMPTY_KEY,
    HISTORY,
    KO_POINT,
    KO_RULE,
    KOMI2,
    LAST,
    META,
    MOVES,
    PASSES,
    SUICIDE,
    TAKEN,
    TAKEN_BITS,
    TERRITORY,
    TO_PLAY,
    TURNS,
    bits_at,
    meta_at,
    slot_of,
)
from tessera.rules.legality import bit_count, column_of, count_legal, legal, pick_legal, write_mask
from tessera.rules.superko import (
    add_seen,
    chain_hash,
    fill_seen,
    has_seen,
    hash_after,
    hash_after_suicide,
    repeats,
    situation,
)

__all__ = [
    "add_seen",
    "bit_count",
    "chain_hash",
    "column_of",
    "count_legal",
    "current_key",
    "fill_seen",
    "get_hash",
    "has_seen",
    "hash_after",
    "hash_after_suicide",
    "in_atari",
    "is_marked",
    "is_over",
    "legal",
    "mark_atari",
    "merge",
    "pick_legal",
    "place",
    "play",
    "remove_chain",
    "repeats",
    "reset",
    "set_hash",
    "setup",
    "situation",
    "write_mask",
]


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
    s[meta + EARLIER_KO], s[meta + EARLIER_KO + 1] = -1, -1
    s[meta + KO_RULE] = ko_rule
    s[meta + SUICIDE] = suicide
    s[meta + TERRITORY] = territory
    s[meta + KOMI2] = komi2
    set_hash(s, n, np.int64(EMPTY_KEY))


@kernel
def play(s, n, t, p, color):
    """Play a legal move, or pass with p == P. The superko set is the caller's: `add_seen(seen, current_key(...))`."""
    points = n * n
    meta = meta_at(n)
    now = slot_of(s[meta + MOVES])
    if s[meta + TAKEN + now] != 0:
        forget_taken(s, n, now)
    s[meta + EARLIER_KO + now] = s[meta + KO_POINT]
    s[meta + TURNS] += 1
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
def forget_taken(s, n, now):
    """Make room for what the coming move takes, where the move before the last one stands."""
    taken = bits_at(n, TAKEN_BITS + now)
    for row in range(n + 2):
        s[taken + row] = 0
    s[meta_at(n) + TAKEN + now] = 0


@kernel
def current_key(s, n, t):
    """The superko key of the position as it stands."""
    meta = meta_at(n)
    return situation(get_hash(s, n), n, t, s[meta + KO_RULE], s[meta + TO_PLAY])


@kernel
def is_over(s, n):
    """Two passes in a row end the game."""
    return s[meta_at(n) + PASSES] >= 2

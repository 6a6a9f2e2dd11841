"""What each batched call does to one game: the bodies of the loops in cpu.py and of the threads in cuda.py.

`s` is one game's row, `seen` its superko set, the other arguments its rows of the caller's arrays.
A game is over after two passes, or when its superko set has no room for another move.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np

from tessera.rules import kernels
from tessera.rules.coords import EMPTY
from tessera.rules.jit import kernel
from tessera.rules.layout import (
    FORBIDDEN_BITS,
    KO_RULE,
    LEGAL_BITS,
    MOVES,
    REFUSED,
    TO_PLAY,
    bits_at,
    meta_at,
    seen_limit,
)
from tessera.rules.scoring_kernels import final_score2

LOW_57 = np.int64((1 << 57) - 1)
SEVEN, THIRTEEN, SEVENTEEN = np.int64(7), np.int64(13), np.int64(17)


@kernel
def game_over(s, n, seen):
    """Whether a batched game has ended: two passes, or no room for another move."""
    return kernels.is_over(s, n) or s[meta_at(n) + MOVES] >= seen_limit(seen.shape[0])


@kernel
def reset_game(s, n, t, seen, settings):
    """The empty board under settings[4]: ko rule, suicide, territory, komi in half points."""
    kernels.reset(s, n, settings[0], settings[1], settings[2], settings[3])
    for i in range(seen.shape[0]):
        seen[i] = 0
    kernels.add_seen(seen, kernels.current_key(s, n, t))


@kernel
def find_legal(s, n, t, seen, path):
    """Note the legal points of the side to play in the state; none but pass when the game is over."""
    if not game_over(s, n, seen):
        kernels.legal(s, n, t, s[meta_at(n) + TO_PLAY], seen, path, 0)
        return
    for row in range(n + 2):
        s[bits_at(n, LEGAL_BITS) + row] = 0
        s[bits_at(n, FORBIDDEN_BITS) + row] = 0


@kernel
def step_game(s, n, t, seen, action):
    """Play for the side to play. Returns 1 and changes nothing but a counter when that would corrupt the board."""
    if game_over(s, n, seen):
        return 0
    meta = meta_at(n)
    if action < 0 or action > n * n or (action < n * n and s[action] != EMPTY):
        s[meta + REFUSED] += 1
        return 1
    kernels.play(s, n, t, action, s[meta + TO_PLAY])
    if s[meta + KO_RULE] != 0:
        kernels.add_seen(seen, kernels.current_key(s, n, t))
    return 0


@kernel
def next_random(x):
    """The next state of Marsaglia's xorshift64; never 0 unless it was."""
    x ^= x << THIRTEEN
    x ^= (x >> SEVEN) & LOW_57
    return x ^ (x << SEVENTEEN)


@kernel
def pick_game(s, n, t, rng):
    """A uniformly random one of the legal points noted last and pass. `rng` [1] is advanced."""
    x = next_random(rng[0])
    rng[0] = x
    choices = kernels.count_legal(s, n) + 1
    k = (((x >> np.int64(20)) & np.int64(0x7FFFFFFF)) * np.int64(choices)) >> np.int64(31)
    return kernels.pick_legal(s, n, t, k)


@kernel
def score_game(s, n, t, owner, scratch):
    """Black's score in half points, komi included, with every stone alive; fills owner[P]."""
    return final_score2(s, n, t, owner, scratch)

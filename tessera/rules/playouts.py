"""Who owns each point when both sides play on at random without filling their own eyes.

B. Bruegmann, "Monte Carlo Go" (1993). Weak as a player, but in a finished game it tells dead stones from
living ones, which is what it serves for here; it knows nothing of any network.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tessera.rules import kernels
from tessera.rules.batch import seeds
from tessera.rules.bodies import next_random
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.jit import kernel, serial_kernel
from tessera.rules.layout import KO_RULE, PASSES, STRIDE, SUICIDE, TERRITORY, TO_PLAY, meta_at, tables
from tessera.rules.scoring_kernels import owners

if TYPE_CHECKING:
    from tessera.rules.game import Game

PLAYOUTS = 1000
"""Enough for a standard error of 0.03 in each point's ownership; takes 20 ms on 9x9, 0.1 s on 19x19."""
LONGEST = 3
"""Moves per point after which a playout is counted as it stands; only cycles get there."""
TRIES = 8
"""Random points looked at before the first that is no eye is taken in raster order."""


@kernel
def is_eye(s, n, t, p, color):
    """Whether the empty point p is a likely eye of `color`.

    It is when the neighbours are its own and the opponent holds at most one corner, none at the edge.
    """
    points = n * n
    at_edge = 0
    for k in range(4):
        q = t.geometry[STRIDE * p + k]
        if q == points:
            at_edge = 1
        elif s[q] != color:
            return False
    row, column = p // n, p % n
    foreign = 0
    for i in range(4):
        r, c = row + (i >> 1) * 2 - 1, column + (i & 1) * 2 - 1
        if r >= 0 and r < n and c >= 0 and c < n and s[r * n + c] == 3 - color:
            foreign += 1
    return foreign + at_edge < 2


@kernel
def random_move(s, n, t, color, rng):
    """A random one of the legal points noted last that is no eye of `color`; P when there is none."""
    points = n * n
    count = kernels.count_legal(s, n)
    if count == 0:
        return points
    for _ in range(TRIES):
        x = next_random(rng[0])
        rng[0] = x
        k = (((x >> np.int64(20)) & np.int64(0x7FFFFFFF)) * np.int64(count)) >> np.int64(31)
        p = kernels.pick_legal(s, n, t, k)
        if not is_eye(s, n, t, p, color):
            return p
    for k in range(count):
        p = kernels.pick_legal(s, n, t, k)
        if not is_eye(s, n, t, p, color):
            return p
    return points


def _play_out(n, t, start, count, seen, path, rng, balance, s, owner, scratch):
    """Add up over `count` playouts who owned each point: balance[P], Black minus White."""
    meta = meta_at(n)
    points = n * n
    for game in range(count):
        for i in range(start.shape[0]):
            s[i] = start[i]
        s[meta + TO_PLAY] = BLACK if game & 1 else WHITE
        for _ in range(LONGEST * points):
            color = s[meta + TO_PLAY]
            kernels.legal(s, n, t, color, seen, path, 0)
            kernels.play(s, n, t, random_move(s, n, t, color, rng), color)
            if kernels.is_over(s, n):
                break
        owners(s, n, t, owner, scratch)
        for p in range(points):
            if owner[p] == BLACK:
                balance[p] += 1
            elif owner[p] == WHITE:
                balance[p] -= 1


LOOP = serial_kernel(_play_out)


def playout_ownership(game: Game, count: int = PLAYOUTS, seed: int = 0) -> NDArray[np.float64]:
    """[P] in -1..1, +1 for Black: mean owner over `count` playouts, half of them begun by each side."""
    size, points = game.size, game.points
    start, meta = game.state.copy(), meta_at(size)
    start[meta + PASSES] = 0
    # Simple ko, no suicide: a playout needs no more, and what it counts is area under any rules.
    start[meta + KO_RULE] = start[meta + SUICIDE] = start[meta + TERRITORY] = 0
    balance = np.zeros(points, np.int64)
    none = np.zeros(1, np.int64)
    LOOP(
        size,
        tables(size),
        start,
        count,
        none,
        none,
        seeds(1, seed),
        balance,
        start.copy(),
        np.empty(points, np.int8),
        np.empty(points, np.int32),
    )
    return balance / count

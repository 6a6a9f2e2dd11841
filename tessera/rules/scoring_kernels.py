"""Counting a board as scalar kernels: who owns each point when every stone on it lives."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from tessera.rules.coords import BLACK, EMPTY, WALL, WHITE
from tessera.rules.jit import kernel
from tessera.rules.layout import KOMI2, PRISONERS, STRIDE, TERRITORY, meta_at


@kernel
def owners(stones, n, t, owner, scratch):
    """Fill owner[P] with EMPTY, BLACK or WHITE: stones, and empty regions that touch one colour only.

    `stones` starts like a game's row. `scratch` holds at least P int32. Returns black minus white points.
    """
    points = n * n
    balance = 0
    for p in range(points):
        owner[p] = stones[p] if stones[p] != EMPTY else WALL
    for p in range(points):
        if owner[p] != WALL:
            if stones[p] == BLACK:
                balance += 1
            elif stones[p] == WHITE:
                balance -= 1
            continue
        # A region not seen before: flood it, noting which colours it touches.
        size, touched = 1, 0
        scratch[0] = p
        owner[p] = EMPTY
        done = 0
        while done < size:
            q = scratch[done]
            done += 1
            for k in range(4):
                neighbour = t.geometry[STRIDE * q + k]
                if neighbour == points:
                    continue
                if stones[neighbour] != EMPTY:
                    touched |= stones[neighbour]
                elif owner[neighbour] == WALL:
                    owner[neighbour] = EMPTY
                    scratch[size] = neighbour
                    size += 1
        if touched in (BLACK, WHITE):
            for i in range(size):
                owner[scratch[i]] = touched
            balance += size if touched == BLACK else -size
    return balance


@kernel
def final_score2(s, n, t, owner, scratch):
    """Black's final score in half points, komi included, if every stone on the board lives. Fills owner[P].

    Under territory scoring stones do not count and prisoners do.
    """
    meta = meta_at(n)
    balance = owners(s, n, t, owner, scratch)
    if s[meta + TERRITORY] != 0:
        for p in range(n * n):
            if s[p] == BLACK:
                balance -= 1
            elif s[p] == WHITE:
                balance += 1
        balance += s[meta + PRISONERS + WHITE] - s[meta + PRISONERS + BLACK]
    return 2 * balance - s[meta + KOMI2]

"""Counting a board as scalar kernels: who owns each point when every stone on it lives."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from tessera.rules.coords import BLACK, EMPTY, WALL, WHITE
from tessera.rules.jit import kernel
from tessera.rules.layout import KOMI2, PRISONERS, STRIDE, TERRITORY, chain_at, meta_at, next_at


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
    """Black's final score in half points, komi included, if every stone on the board lives. Fills owner[P]."""
    return _in_half_points(s, s, n, owners(s, n, t, owner, scratch), 0)


@kernel
def judged_score2(s, n, t, dead, stones, owner, scratch):
    """`final_score2` without the dead chains: those all of whose stones have their own colour in dead[P].

    A chain that was extended since it was judged stays on the board. stones[P + 1] is filled with what is left.
    """
    chain, following = chain_at(n * n), next_at(n * n)
    for p in range(n * n + 1):
        stones[p] = s[p]
    taken = 0
    for p in range(n * n):
        color = s[p]
        if color == EMPTY or dead[p] != color or s[chain + p] != p:
            continue
        whole, stone = True, p
        while True:
            whole = whole and dead[stone] == color
            stone = s[following + stone]
            if stone == p:
                break
        while whole:
            stones[stone] = EMPTY
            taken += 1 if color == WHITE else -1
            stone = s[following + stone]
            if stone == p:
                break
    return _in_half_points(s, stones, n, owners(stones, n, t, owner, scratch), taken)


@kernel
def _in_half_points(s, stones, n, balance, taken):
    """Black's score from its area balance. Under territory scoring stones do not count and prisoners do.

    `taken` are White's stones minus Black's that were taken off at the end.
    """
    meta = meta_at(n)
    if s[meta + TERRITORY] != 0:
        for p in range(n * n):
            if stones[p] == BLACK:
                balance -= 1
            elif stones[p] == WHITE:
                balance += 1
        balance += s[meta + PRISONERS + WHITE] - s[meta + PRISONERS + BLACK] + taken
    return 2 * balance - s[meta + KOMI2]

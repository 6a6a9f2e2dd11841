"""The set `basic-1`, and with it the first planes and all globals of `go-1`."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from tessera.rules.coords import BLACK, EMPTY, WHITE
from tessera.rules.features import (
    BASIC,
    FORBIDDEN,
    KOMI,
    LIBERTIES,
    OPPONENT,
    OWN,
    PASSED,
    PLAYED,
    PRISONER_LEAD,
    SIDE,
    SIMPLE_KO,
    SITUATIONAL,
    SUICIDE_ALLOWED,
    TERRITORY_SCORING,
)
from tessera.rules.jit import kernel
from tessera.rules.layout import (
    FORBIDDEN_BITS,
    HISTORY,
    KO_RULE,
    KOMI2,
    LAST,
    PRISONERS,
    STRIDE,
    SUICIDE,
    TERRITORY,
    bits_at,
    chain_at,
    meta_at,
    next_at,
)

PLANE_COUNT, GLOBAL_COUNT = BASIC.plane_count, BASIC.global_count


@kernel
def liberties_to_3(s, n, t, head):
    """Number of distinct liberties of a chain, 3 meaning three or more."""
    points = n * n
    following = next_at(points)
    first, second = -1, -1
    stone = head
    while True:
        for k in range(4):
            neighbour = t.geometry[STRIDE * stone + k]
            if s[neighbour] == EMPTY and neighbour != first and neighbour != second:
                if first < 0:
                    first = neighbour
                elif second < 0:
                    second = neighbour
                else:
                    return 3
        stone = s[following + stone]
        if stone == head:
            break
    if first < 0:
        return 0
    return 1 if second < 0 else 2


@kernel
def clipped(x):
    """x / 15 within -3..3."""
    return min(3.0, max(-3.0, x / 15.0))


@kernel
def write_basic(s, n, t, color, planes, globals_):
    """Fill the first planes of planes[F * P] and globals_[G] (float32) for `color` to play.

    The legal moves of `color` must have been computed last: the forbidden points are read from there.
    """
    points = n * n
    chain, following, meta = chain_at(points), next_at(points), meta_at(n)
    for i in range(points):
        planes[i] = 1.0
    for i in range(points, PLANE_COUNT * points):
        planes[i] = 0.0
    for p in range(points):
        found = s[p]
        if found != EMPTY:
            planes[(OWN if found == color else OPPONENT) * points + p] = 1.0
            if s[chain + p] == p:
                plane = (LIBERTIES - 1 + liberties_to_3(s, n, t, p)) * points
                stone = p
                while True:
                    planes[plane + stone] = 1.0
                    stone = s[following + stone]
                    if stone == p:
                        break
    forbidden = bits_at(n, FORBIDDEN_BITS)
    for row in range(n):
        bits = s[forbidden + row + 1]
        if bits != 0:
            for column in range(n):
                if (bits >> column) & 1:
                    planes[FORBIDDEN * points + row * n + column] = 1.0
    for i in range(GLOBAL_COUNT):
        globals_[i] = 0.0
    for i in range(HISTORY):
        move = s[meta + LAST + i]
        if move == points:
            globals_[PASSED + i] = 1.0
        elif move >= 0:
            planes[(PLAYED + i) * points + move] = 1.0
    komi = 0.5 * s[meta + KOMI2]
    globals_[KOMI] = clipped(-komi if color == BLACK else komi)
    globals_[SIMPLE_KO] = 1.0 if s[meta + KO_RULE] == 0 else 0.0
    globals_[SITUATIONAL] = 1.0 if s[meta + KO_RULE] == 2 else 0.0
    globals_[SUICIDE_ALLOWED] = 1.0 if s[meta + SUICIDE] != 0 else 0.0
    globals_[SIDE] = n / 19.0
    if s[meta + TERRITORY] != 0:
        globals_[TERRITORY_SCORING] = 1.0
        lead = s[meta + PRISONERS + WHITE] - s[meta + PRISONERS + BLACK]
        globals_[PRISONER_LEAD] = clipped(1.0 * lead if color == BLACK else -1.0 * lead)

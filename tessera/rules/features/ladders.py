"""Ladders: whether a chain that is kept in atari move after move is captured, read out on a copy of the board.

The chain has one liberty and moves, or two of which the attacker fills one. From there the attacker fills one of two
liberties, and the defender extends or takes chains in atari beside its own; three liberties are an escape, one at the
attacker's turn is the end. As in KataGo, a ladder that needs a ko is none: whoever may not retake at once may not, and
where the attacker takes a ko the defender has escaped. Superko is not looked at.

A reading of more than `MOVES` moves, or of more than LADDER_DEPTH plies per line of the board, is undecided: no ladder.
Nothing is allocated: w begins with a copy of a game's row up to its bits, so that chains lie where they do
there, and goes on with one record for every ply, so that it can be taken back, and the moves still to be tried.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from tessera.rules.chains import in_atari, merge
from tessera.rules.coords import EMPTY, WALL
from tessera.rules.features import LADDER_DEPTH, LADDER_RECORD
from tessera.rules.jit import kernel
from tessera.rules.layout import STRIDE, chain_at, libs_at, next_at

MOVES = 1000
ESCAPED, CAPTURED, UNDECIDED = 0, 1, 2
OPEN = 3
"""Of a position in the reading: not decided by itself."""

POINT, SAVED, TAKEN, MERGED, KO, END, NEXT = 0, 1, 7, 12, 21, 22, 23
"""Entries of a ply's record: the move; chain, next and libs of its point before; how many chains it took, and their
heads; how many chains it joined, and their pairs of heads; the point it made a ko, or -1; where the answers to it end
among the moves, and which is tried next."""


@kernel
def board_length(n):
    return 7 * n * n + 1


@kernel
def copy_board(s, n, w):
    """The stones, chains and liberties of a game into w."""
    for i in range(board_length(n)):
        w[i] = s[i]


@kernel
def two_liberties(w, n, t, stone):
    """(count, first, second) of the stone's chain: 3 stands for more than two, the lower point comes first."""
    following = next_at(n * n)
    first, second = -1, -1
    at = stone
    while True:
        for k in range(4):
            beside = t.geometry[STRIDE * at + k]
            if w[beside] == EMPTY and beside != first and beside != second:
                if first < 0:
                    first = beside
                elif second < 0:
                    second = beside
                else:
                    return 3, first, second
        at = w[following + at]
        if at == stone:
            break
    if second < 0:
        return 0 if first < 0 else 1, first, second
    return 2, min(first, second), max(first, second)


@kernel
def room(w, t, p, but):
    """Empty points beside p, `but` left out: liberties that a stone there has by itself."""
    count = 0
    for k in range(4):
        beside = t.geometry[STRIDE * p + k]
        if w[beside] == EMPTY and beside != but:
            count += 1
    return count


@kernel
def can_play(w, n, t, p, color):
    """Whether a stone on the empty point p has a liberty, ko aside."""
    chain, all_libs = chain_at(n * n), libs_at(n * n)
    for k in range(4):
        beside = t.geometry[STRIDE * p + k]
        found = w[beside]
        if found == EMPTY:
            return True
        if found != WALL and (found == color) != in_atari(w, all_libs + 4 * w[chain + beside]):
            return True
    return False


@kernel
def play_ply(w, n, t, ply, p, color):
    """Put a stone on p, capture and join, and note in the record at `ply` how to take it back."""
    points = n * n
    chain, following, all_libs = chain_at(points), next_at(points), libs_at(points)
    g, own = STRIDE * p, all_libs + 4 * p
    w[ply + POINT] = p
    w[ply + SAVED], w[ply + SAVED + 1] = w[chain + p], w[following + p]
    for i in range(4):
        w[ply + SAVED + 2 + i] = w[own + i]
        w[own + i] = 0
    w[p], w[chain + p], w[following + p], w[own + 3] = color, p, p, 1
    for k in range(4):
        beside = t.geometry[g + k]
        if w[beside] == EMPTY:
            w[own] += 1
            w[own + 1] += beside
            w[own + 2] += beside * beside
        elif w[beside] != WALL:
            change(w, all_libs + 4 * w[chain + beside], p, -1)
    taken, joined, stones, last = 0, 0, 0, -1
    for k in range(4):
        beside = t.geometry[g + k]
        if w[beside] == 3 - color and w[all_libs + 4 * w[chain + beside]] == 0:
            head = w[chain + beside]
            w[ply + TAKEN + 1 + taken] = head
            taken += 1
            stones += w[all_libs + 4 * head + 3]
            last = beside
            turn(w, n, t, head, EMPTY, color, 1)
    w[ply + TAKEN] = taken
    head = p
    for k in range(4):
        beside = t.geometry[g + k]
        if w[beside] == color and w[chain + beside] != head:
            other = w[chain + beside]
            into = merge(w, n, head, other)
            w[ply + MERGED + 1 + 2 * joined] = into
            w[ply + MERGED + 2 + 2 * joined] = head + other - into
            joined += 1
            head = into
    w[ply + MERGED] = joined
    w[ply + KO] = last if stones == 1 and joined == 0 and in_atari(w, own) else -1


@kernel
def take_back(w, n, t, ply, color):
    """Undo the last `play_ply`, whose record is at `ply`."""
    points = n * n
    chain, following, all_libs = chain_at(points), next_at(points), libs_at(points)
    for i in range(w[ply + MERGED] - 1, -1, -1):
        a, b = w[ply + MERGED + 1 + 2 * i], w[ply + MERGED + 2 + 2 * i]
        for j in range(4):
            w[all_libs + 4 * a + j] -= w[all_libs + 4 * b + j]
        w[following + a], w[following + b] = w[following + b], w[following + a]
        stone = b
        while True:
            w[chain + stone] = b
            stone = w[following + stone]
            if stone == b:
                break
    for i in range(w[ply + TAKEN] - 1, -1, -1):
        turn(w, n, t, w[ply + TAKEN + 1 + i], 3 - color, color, -1)
    p = w[ply + POINT]
    own = all_libs + 4 * p
    for k in range(4):
        beside = t.geometry[STRIDE * p + k]
        if w[beside] != EMPTY and w[beside] != WALL:
            change(w, all_libs + 4 * w[chain + beside], p, 1)
    w[p], w[chain + p], w[following + p] = EMPTY, w[ply + SAVED], w[ply + SAVED + 1]
    for i in range(4):
        w[own + i] = w[ply + SAVED + 2 + i]


@kernel
def change(w, libs, p, sign):
    """One more (sign 1) or one less (-1) stone of the chain touches the liberty p."""
    w[libs] += sign
    w[libs + 1] += sign * p
    w[libs + 2] += sign * p * p


@kernel
def turn(w, n, t, head, value, beside_color, sign):
    """Make the stones of a chain `value`; what they are to the chains of `beside_color` beside them changes by sign."""
    points = n * n
    chain, following, all_libs = chain_at(points), next_at(points), libs_at(points)
    stone = head
    while True:
        w[stone] = value
        for k in range(4):
            beside = t.geometry[STRIDE * stone + k]
            if w[beside] == beside_color:
                change(w, all_libs + 4 * w[chain + beside], stone, sign)
        stone = w[following + stone]
        if stone == head:
            break


@kernel
def list_defences(w, n, t, target, liberty, start, limit):
    """The liberty, and the points that take a chain in atari beside the target's, from w[start] on.

    Returns their end, or -1 where they do not fit below `limit`.
    """
    points = n * n
    chain, following, all_libs = chain_at(points), next_at(points), libs_at(points)
    attacker = 3 - w[target]
    if start == limit:
        return -1
    w[start] = liberty
    end = start + 1
    stone = target
    while True:
        for k in range(4):
            beside = t.geometry[STRIDE * stone + k]
            if w[beside] == attacker:
                libs = all_libs + 4 * w[chain + beside]
                if in_atari(w, libs):
                    p = w[libs + 1] // w[libs]
                    known = False
                    for i in range(start, end):
                        known = known or w[i] == p
                    if not known:
                        if end == limit:
                            return -1
                        w[end] = p
                        end += 1
        stone = w[following + stone]
        if stone == target:
            break
    return end


@kernel
def read_ladder(w, n, t, target, first, ko):
    """Whether the chain of `target` is captured: ESCAPED, CAPTURED or UNDECIDED. w is afterwards what it was.

    first >= 0: the chain has two liberties and the attacker fills this one; else it has one and the defender moves.
    ko: a point the attacker may not play first, or -1.
    """
    plies = board_length(n)
    moves = plies + (LADDER_DEPTH * n + 1) * LADDER_RECORD
    limit = moves + 4 * LADDER_DEPTH * n
    defender = w[target]
    behind = 1 if first >= 0 else 0  # plies that the attacker is ahead
    depth, left = 0, MOVES
    fresh, aborted, value = True, False, ESCAPED
    record = plies  # of the move to come
    start = moves
    if behind == 1:
        if first == ko or not can_play(w, n, t, first, 3 - defender):
            return ESCAPED
        w[moves] = first
        start += 1
    while True:
        record = plies + LADDER_RECORD * depth
        defending = (depth + behind) % 2 == 0
        before = -1
        if depth > 0:
            before = w[record - LADDER_RECORD + KO]
            start = w[record - LADDER_RECORD + END]
        if fresh:
            count, a, b = two_liberties(w, n, t, target)
            state, end = OPEN, start
            if depth == 0 and behind == 1:
                start, end = moves, moves + 1
            elif defending:
                if count >= 2 or before >= 0 or room(w, t, a, -1) >= 3:
                    state = ESCAPED
                else:
                    end = list_defences(w, n, t, target, a, start, limit)
            elif count != 2:
                state = CAPTURED if count < 2 else ESCAPED
            elif start + 2 > limit:
                end = -1
            else:
                # The liberty that leads to more room is filled first; it must be, where that room is an escape.
                beyond_a, beyond_b = room(w, t, a, b), room(w, t, b, a)
                if beyond_b > beyond_a:
                    a, b, beyond_a, beyond_b = b, a, beyond_b, beyond_a
                if beyond_b < 3:
                    w[end] = a
                    end += 1
                if beyond_a < 3:
                    w[end] = b
                    end += 1
            if end < 0 or depth == LADDER_DEPTH * n:
                aborted, state = True, ESCAPED
            w[record + NEXT], w[record + END] = start, end
            value = state
        elif (value == CAPTURED) == defending:
            value = OPEN
        if value == OPEN and not aborted:
            p = -1
            while p < 0 and w[record + NEXT] < w[record + END]:
                p = w[w[record + NEXT]]
                w[record + NEXT] += 1
                mover = defender if defending else 3 - defender
                if (p == before and not defending) or not can_play(w, n, t, p, mover):
                    p = -1
            if p >= 0 and left > 0:
                left -= 1
                play_ply(w, n, t, record, p, defender if defending else 3 - defender)
                depth += 1
                fresh = True
                continue
            aborted = aborted or p >= 0
            value = CAPTURED if defending else ESCAPED
        if depth == 0:
            break
        depth -= 1
        fresh = False
        take_back(w, n, t, plies + LADDER_RECORD * depth, 3 - defender if defending else defender)
    return UNDECIDED if aborted else value

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

MOVES, KATAGO_MOVES = 1000, 25000
ESCAPED, CAPTURED, UNDECIDED = 0, 1, 2
OPEN = 3
"""Of a position in the reading: not decided by itself."""

POINT, SAVED, TAKEN, MERGED, KO, END, NEXT, KNOWN = 0, 1, 7, 12, 21, 22, 23, 24
"""Entries of a ply's record: the move; chain, next and libs of its point before; how many chains it took, and their
heads; how many chains it joined, and their pairs of heads; the point it made a ko, or -1; where the moves end that are
tried there, and which is next; the move after which the target's liberties are known, or -1, and these two."""


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
def extended(w, n, t, target, p, but):
    """(count, first, second) liberties of the target's chain after a stone on its liberty p, `but` filled by the other.

    3 stands for more than two. What the stone captures is not taken off: with that they are as many or more.
    """
    points = n * n
    chain, following = chain_at(points), next_at(points)
    first, second = -1, -1
    for k in range(4):
        beside = t.geometry[STRIDE * p + k]
        if w[beside] == EMPTY:
            if beside != but and beside != first and beside != second:
                if second >= 0:
                    return 3, first, second
                first, second = (beside, -1) if first < 0 else (first, beside)
        elif w[beside] == w[target] and w[chain + beside] != w[chain + target]:
            stone = beside
            while True:
                for i in range(4):
                    found = t.geometry[STRIDE * stone + i]
                    if w[found] == EMPTY and found != p and found != but and found != first and found != second:
                        if second >= 0:
                            return 3, first, second
                        first, second = (found, -1) if first < 0 else (first, found)
                stone = w[following + stone]
                if stone == beside:
                    break
    if second >= 0:
        return 2, first, second
    return 0 if first < 0 else 1, first, second


@kernel
def captures(w, n, t, p, color):
    """Whether a stone of `color` on p takes a chain."""
    chain, all_libs = chain_at(n * n), libs_at(n * n)
    for k in range(4):
        beside = t.geometry[STRIDE * p + k]
        if w[beside] == 3 - color and in_atari(w, all_libs + 4 * w[chain + beside]):
            return True
    return False


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
    taken, friends = 0, 0
    for k in range(4):
        beside = t.geometry[g + k]
        found = w[beside]
        if found == EMPTY:
            w[own] += 1
            w[own + 1] += beside
            w[own + 2] += beside * beside
        elif found != WALL:
            head = w[chain + beside]
            change(w, all_libs + 4 * head, p, -1)
            if found == color:
                w[ply + MERGED + 1 + 2 * friends] = beside
                friends += 1
            elif w[all_libs + 4 * head] == 0:
                w[ply + TAKEN + 1 + taken] = head
                taken += 1
    stones = 0
    for i in range(taken):
        head = w[ply + TAKEN + 1 + i]
        stones += w[all_libs + 4 * head + 3]
        turn(w, n, t, head, EMPTY, color, 1)
    head, joined = p, 0
    for i in range(friends):
        # The pairs that are written never reach the friends that are still to be read.
        other = w[chain + w[ply + MERGED + 1 + 2 * i]]
        if other != head:
            into = merge(w, n, head, other)
            w[ply + MERGED + 1 + 2 * joined] = into
            w[ply + MERGED + 2 + 2 * joined] = head + other - into
            joined += 1
            head = into
    w[ply + TAKEN], w[ply + MERGED] = taken, joined
    w[ply + KO] = w[ply + TAKEN + 1] if stones == 1 and joined == 0 and in_atari(w, own) else -1


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
def list_captures(w, n, t, target, start, end, limit):
    """Append to the moves w[start:end] those that take a chain in atari beside the target's.

    Returns their new end, or -1 where they do not fit below `limit`.
    """
    points = n * n
    chain, following, all_libs = chain_at(points), next_at(points), libs_at(points)
    attacker = 3 - w[target]
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
def in_two_kos(w, n, t, target, a, b, free):
    """Whether both liberties are mouths of kos, connecting them gives no third, and no chain in atari can be taken."""
    if not (is_ko_mouth(w, n, t, a, w[target]) and is_ko_mouth(w, n, t, b, w[target])):
        return False
    if extended(w, n, t, target, a, b)[0] >= 2 or extended(w, n, t, target, b, a)[0] >= 2:
        return False
    return list_captures(w, n, t, target, free, free, free) == free


@kernel
def is_ko_mouth(w, n, t, p, color):
    """Whether the opponent of `color` would take a single stone on the empty point p, with `color` all around."""
    chain, all_libs = chain_at(n * n), libs_at(n * n)
    single, taken = False, 0
    for k in range(4):
        beside = t.geometry[STRIDE * p + k]
        if w[beside] == WALL:
            continue
        if w[beside] != color:
            return False
        libs = all_libs + 4 * w[chain + beside]
        if in_atari(w, libs):
            taken += 1
            single = w[libs + 3] == 1
    return taken == 1 and single


@kernel
def read_ladder(w, n, t, target, first, a, b, ko, as_katago):
    """Whether the chain of `target` is captured: ESCAPED, CAPTURED or UNDECIDED. w is afterwards what it was.

    Its liberties are a, and b unless that is -1. first >= 0: there are two and the attacker fills this one; else there
    is one and the defender moves. ko: a point the attacker may not play first, or -1.

    as_katago: in what KataGo has else than we. Who is attacked first has its kos, and two kos in which a chain is
    caught whatever it connects are the end of it; and it reads longer.
    """
    plies = board_length(n)
    moves = plies + (LADDER_DEPTH * n + 1) * LADDER_RECORD
    limit = moves + 4 * LADDER_DEPTH * n
    defender = w[target]
    behind = 1 if first >= 0 else 0  # plies that the attacker is ahead
    depth, left = 0, KATAGO_MOVES if as_katago else MOVES
    fresh, aborted, value = True, False, ESCAPED
    count = 1 if b < 0 else 2
    if behind == 1 and (first == ko or not can_play(w, n, t, first, 3 - defender)):
        return ESCAPED
    while True:
        record = plies + LADDER_RECORD * depth  # of the move to come
        defending = (depth + behind) % 2 == 0
        before = -1
        start = moves
        if depth > 0:
            before = w[record - LADDER_RECORD + KO]
            start = w[record - LADDER_RECORD + END]
        if fresh:
            state, end = OPEN, start
            w[record + KNOWN], w[record + KNOWN + 1], w[record + KNOWN + 2] = -1, a, b
            if start + 2 > limit:
                end = -1
            elif depth == 0 and behind == 1:
                w[start] = first
                end = start + 1
            elif defending:
                if count >= 2 or (before >= 0 and (depth > behind or not as_katago)):
                    state = ESCAPED
                else:
                    reach, c, d = extended(w, n, t, target, a, -1)
                    if reach >= 3:
                        state = ESCAPED
                    else:
                        if captures(w, n, t, a, defender):
                            w[end] = a
                            end += 1
                        elif reach == 2:
                            w[end] = a
                            end += 1
                            w[record + KNOWN], w[record + KNOWN + 1], w[record + KNOWN + 2] = a, c, d
                        end = list_captures(w, n, t, target, start, end, limit)
            elif count != 2:
                state = CAPTURED if count < 2 else ESCAPED
            elif as_katago and in_two_kos(w, n, t, target, a, b, end):
                state = CAPTURED
            else:
                # Whoever fills one liberty leaves the other; where that leads to three more there is no ladder.
                beyond_a, _, _ = extended(w, n, t, target, a, b)
                beyond_b, _, _ = extended(w, n, t, target, b, a)
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
                if not defending:
                    count, a, b = 1, w[record + KNOWN + 1] + w[record + KNOWN + 2] - p, -1
                elif p == w[record + KNOWN]:
                    count, a, b = 2, w[record + KNOWN + 1], w[record + KNOWN + 2]
                else:
                    count, a, b = two_liberties(w, n, t, target)
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

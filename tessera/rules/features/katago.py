"""The set `katago-v7`: what KataGo shows its networks from version 8 on, under the rules that both programs have.

Those are the rules that `Ruleset.as_katago` tells, so passing is friendly: a pass after a pass does not end the game of
area scoring as long as the network is asked. What KataGo has and we do not is always 0: the button, group tax, the
encore, Spight's ending (a pass where one has passed before). Ladders that KataGo reads on a board of one or two moves
ago are read on that board, made anew from this one.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

from tessera.rules.chains import link_chains
from tessera.rules.coords import BLACK, EMPTY, WALL, WHITE
from tessera.rules.features import FORBIDDEN, KATAGO, LIBERTIES, OPPONENT, OWN
from tessera.rules.features.ladders import CAPTURED, copy_board, extended, read_ladder, two_liberties
from tessera.rules.features.life import write_pass_alive
from tessera.rules.jit import kernel
from tessera.rules.layout import (
    EARLIER_KO,
    FORBIDDEN_BITS,
    HISTORY,
    KO_COLOR,
    KO_POINT,
    KO_RULE,
    KOMI2,
    LAST,
    MOVES,
    PASSES,
    PRISONERS,
    STRIDE,
    SUICIDE,
    TAKEN,
    TAKEN_BITS,
    TERRITORY,
    TURNS,
    bits_at,
    chain_at,
    meta_at,
    next_at,
    slot_of,
)
from tessera.rules.ruleset import POSITIONAL, SIMPLE
from tessera.rules.scoring_kernels import owners

PLANE_COUNT, GLOBAL_COUNT = KATAGO.plane_count, KATAGO.global_count
PLAYED, LADDERED, LADDERING, OWN_AREA = 9, 14, 17, 18
"""Planes: five of the last moves from PLAYED on, three of ladders from LADDERED on, two areas from OWN_AREA on."""
PASSED, KOMI, SUPERKO, KIND_OF_SUPERKO, SUICIDE_ALLOWED, TERRITORY_SCORING, NO_SEKI, PASS_ENDS, WAVE = (
    *(0, 5, 6, 7, 8, 9, 10, 14),
    18,
)
"""Globals; five of the last moves from PASSED on."""
BEYOND = 20.0
"""Points by which komi may be more than the board has."""


@kernel
def write_katago(s, n, t, color, planes, globals_, w):
    """Fill planes[F * P] and globals_[G] (float32) for `color` to play; w: `KATAGO.scratch(n)` int32.

    The legal moves of `color` must have been computed last: the forbidden points are read from there.
    """
    points, meta = n * n, meta_at(n)
    for i in range(points):
        planes[i] = 1.0
    for i in range(points, PLANE_COUNT * points):
        planes[i] = 0.0
    for i in range(GLOBAL_COUNT):
        globals_[i] = 0.0
    write_stones(s, n, t, color, planes)
    write_forbidden(s, n, color, planes)
    turns = turns_shown(s, n)
    for i in range(turns):
        move = s[meta + LAST + i]
        if move == points:
            globals_[PASSED + i] = 1.0
        else:
            planes[(PLAYED + i) * points + move] = 1.0
    write_ladders_ago(s, n, t, color, planes, w, turns)
    if s[meta + TERRITORY] == 0:
        write_area(s, n, t, color, planes, w)
    write_rules(s, n, color, globals_)


@kernel
def write_stones(s, n, t, color, planes):
    """Stones, and those of chains with 1, 2 and 3 liberties."""
    points = n * n
    chain, following = chain_at(points), next_at(points)
    for p in range(points):
        if s[p] == EMPTY:
            continue
        planes[(OWN if s[p] == color else OPPONENT) * points + p] = 1.0
        if s[chain + p] != p:
            continue
        count = liberties_to_4(s, n, t, p)
        stone = p
        while count < 4:
            planes[(LIBERTIES - 1 + count) * points + stone] = 1.0
            stone = s[following + stone]
            if stone == p:
                break


@kernel
def liberties_to_4(s, n, t, head):
    """Number of distinct liberties of a chain, 4 meaning four or more."""
    following = next_at(n * n)
    first, second, third = -1, -1, -1
    stone = head
    while True:
        for k in range(4):
            beside = t.geometry[STRIDE * stone + k]
            if s[beside] == EMPTY and beside != first and beside != second and beside != third:
                if third >= 0:
                    return 4
                third, second, first = second, first, beside
        stone = s[following + stone]
        if stone == head:
            break
    return 3 if third >= 0 else (2 if second >= 0 else (1 if first >= 0 else 0))


@kernel
def write_forbidden(s, n, color, planes):
    """What ko or superko forbids; the mouth of a ko also where superko would allow it."""
    meta, forbidden = meta_at(n), bits_at(n, FORBIDDEN_BITS)
    for row in range(n):
        bits = s[forbidden + row + 1]
        if bits != 0:
            for column in range(n):
                if (bits >> column) & 1:
                    planes[FORBIDDEN * n * n + row * n + column] = 1.0
    if s[meta + KO_POINT] >= 0 and s[meta + KO_COLOR] == color:
        planes[FORBIDDEN * n * n + s[meta + KO_POINT]] = 1.0


@kernel
def turns_shown(s, n):
    """How many of the last moves are shown: those in turn; one at the end of a game, and none where a pass would end
    it by area scoring, for who is asked is to play on.
    """
    meta = meta_at(n)
    if s[meta + PASSES] == 1 and s[meta + TERRITORY] == 0:
        return 0
    turns = 0
    while turns < min(HISTORY, s[meta + TURNS]) and s[meta + LAST + turns] >= 0:
        turns += 1
        over = s[meta + LAST + turns - 1] == n * n
        if over and turns < HISTORY and s[meta + LAST + turns] == n * n:
            break
    return turns


@kernel
def write_ladders_ago(s, n, t, color, planes, w, turns):
    """Chains that fall to a ladder now, one and two moves ago, and the moves that begin one now."""
    points, meta = n * n, meta_at(n)
    ko, same = s[meta + KO_POINT] if s[meta + KO_COLOR] == color else -1, False
    copy_board(s, n, w)
    for ago in range(3):
        if ago > 0:
            same = ago > turns
            if not same:
                before = s[meta + EARLIER_KO + slot_of(s[meta + MOVES] - ago)]
                same = s[meta + LAST + ago - 1] == points and before < 0 and ko < 0
                ko = before
        plane = (LADDERED + ago) * points
        if same:
            for p in range(points):
                planes[plane + p] = planes[plane - points + p]
        else:
            if ago > 0:
                take_moves_back(s, n, t, color, w, ago)
            write_caught(n, t, color if ago == 0 else EMPTY, planes, plane, w, ko)


@kernel
def take_moves_back(s, n, t, color, w, count):
    """The board of so many moves ago, 1 or 2, into w; `color` is to play now."""
    points, meta = n * n, meta_at(n)
    for p in range(points + 1):
        w[p] = s[p]
    for i in range(count):
        move = s[meta + LAST + i]
        if move == points:
            continue
        mover = 3 - color if i == 0 else color
        then = slot_of(s[meta + MOVES] - 1 - i)
        taken = bits_at(n, TAKEN_BITS + then)
        if s[meta + TAKEN + then] != 0:
            own = (s[taken + move // n + 1] >> (move % n)) & 1  # suicide
            for row in range(n):
                bits = s[taken + row + 1]
                if bits != 0:
                    for column in range(n):
                        if (bits >> column) & 1:
                            w[row * n + column] = mover if own else 3 - mover
        w[move] = EMPTY
    link_chains(w, n, t)


@kernel
def write_caught(n, t, color, planes, plane, w, ko):
    """Set the stones of the board in w that a ladder captures from `plane` on, and the moves of `color` that begin one
    on chains of 2 liberties. ko: a point that nobody may play first, or -1.
    """
    points = n * n
    chain, following = chain_at(points), next_at(points)
    for head in range(points):
        if w[head] == EMPTY or w[head] == WALL or w[chain + head] != head:
            continue
        count, a, b = two_liberties(w, n, t, head)
        if count > 2:
            continue
        caught = False
        for attempt in range(count):
            first, other = (a, b) if attempt == 0 else (b, a)
            if count == 2 and extended(w, n, t, head, other, first)[0] >= 3:
                continue
            if read_ladder(w, n, t, head, first if count == 2 else -1, a, b, ko, True) == CAPTURED:
                caught = True
                if count == 2 and w[head] == 3 - color:
                    planes[LADDERING * points + first] = 1.0
        if caught:
            stone = head
            while True:
                planes[plane + stone] = 1.0
                stone = w[following + stone]
                if stone == head:
                    break


@kernel
def write_area(s, n, t, color, planes, w):
    """Whose points these are if the game ended here: what lives whatever happens, and then the board as it stands."""
    points, suicide = n * n, s[meta_at(n) + SUICIDE] != 0
    for side in range(2):
        plane = (OWN_AREA + side) * points
        own = color if side == 0 else 3 - color
        write_pass_alive(s, n, t, own, w, planes[plane : plane + points], suicide)
    owners(s, n, t, w[:points], w[points : 2 * points])
    for p in range(points):
        own, other = OWN_AREA * points + p, (OWN_AREA + 1) * points + p
        if w[p] != EMPTY and planes[own] == 0.0 and planes[other] == 0.0:
            planes[own if w[p] == color else other] = 1.0


@kernel
def write_rules(s, n, color, globals_):
    """Komi and the rules."""
    meta = meta_at(n)
    komi = 0.5 * s[meta + KOMI2]
    if s[meta + TERRITORY] != 0:
        # Who has played more stones has that much less territory of the area that is his.
        for p in range(n * n):
            if s[p] == BLACK:
                komi += 1.0
            elif s[p] == WHITE:
                komi -= 1.0
        komi += s[meta + PRISONERS + BLACK] - s[meta + PRISONERS + WHITE]
        globals_[TERRITORY_SCORING] = 1.0
        globals_[NO_SEKI] = 1.0
    if color == BLACK:
        komi = -komi
    komi = min(n * n + BEYOND, max(-n * n - BEYOND, komi))
    globals_[KOMI] = komi / 20.0
    if s[meta + KO_RULE] != SIMPLE:
        globals_[SUPERKO] = 1.0
        globals_[KIND_OF_SUPERKO] = 0.5 if s[meta + KO_RULE] == POSITIONAL else -0.5
    if s[meta + SUICIDE] != 0:
        globals_[SUICIDE_ALLOWED] = 1.0
    if s[meta + TERRITORY] != 0:
        globals_[PASS_ENDS] = 1.0 if s[meta + PASSES] >= 1 else 0.0
    else:
        globals_[PASS_ENDS] = 1.0 if s[meta + PASSES] >= 2 else 0.0
        # Komi is worth most where it can make a draw: on even boards that is even, on odd ones odd.
        parity = n % 2
        above = komi - parity - 2.0 * math.floor((komi - parity) / 2.0)
        globals_[WAVE] = above if above < 0.5 else (1.0 - above if above < 1.5 else above - 2.0)

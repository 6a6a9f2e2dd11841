"""Whether a chain can be captured in a small closed region: read to the end, for semeais and seki.

Exhaustive reading over the region's points with a memory of positions. The attacker may retake a ko at once, as if
it had any number of threats, so that a bent four in the corner is what the rules of the game take it for: dead.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tessera.rules import kernels
from tessera.rules.jit import kernel, serial_kernel
from tessera.rules.layout import KO_POINT, KO_RULE, LEGAL_BITS, PASSES, SUICIDE, bits_at, meta_at, tables

PLAYS = 6_000
"""Moves read for all questions about a region before they are given up: 2 ms on 9x9, 4 ms on 19x19."""
DEPTH = 24
"""Longest line read."""
SLOTS = 1 << 15
"""Positions remembered in one question: no more than two for each move read."""
NO_KEYS = np.zeros(1, np.int64)

ATTACK, DEFEND = 0, 1
"""Who is to play. An attack succeeds when it captures, a defence when it saves: each when its reply fails."""
SIDE, NEXT, SLOT = 0, 1, 2
"""A frame: who is to play, which of the region's points is tried next (PASS: to pass), where it is remembered."""
PASS = -1
CAPTURED, TOO_HARD = 1, -1


class TooHard(Exception):
    """What is asked of a region needs more reading than is allowed."""


class Region:
    """A region of a position; no move outside it is considered."""

    def __init__(self, state: NDArray[np.int32], size: int, points: Iterable[int]) -> None:
        self._size, self._points = size, np.array(sorted(points), np.int32)
        self._stack = np.empty((DEPTH + 2, len(state)), np.int32)
        self._start = state.copy()
        meta = meta_at(size)
        # Simple ko, no suicide: what happens in a region does not depend on the whole board.
        self._start[meta + KO_RULE] = self._start[meta + SUICIDE] = self._start[meta + PASSES] = 0
        self._start[meta + KO_POINT] = -1
        self._frames = np.empty((DEPTH + 2, 3), np.int32)
        self._keys, self._known = np.empty(SLOTS, np.int64), np.empty(SLOTS, np.int8)
        self._plays = np.zeros(1, np.int64)

    def captured(self, target: int, *, attacker_first: bool) -> bool:
        """Whether the stone at `target` is captured against every defence. Raises `TooHard`."""
        first = ATTACK if attacker_first else DEFEND
        memory = (self._stack, self._frames, self._keys, self._known, self._plays)
        succeeds = READ(
            self._size, tables(self._size), self._start, self._points, np.int32(target), first, NO_KEYS, *memory
        )
        if succeeds == TOO_HARD:
            raise TooHard
        return bool(succeeds) == attacker_first


@kernel
def _key(s, n, side):
    """Names a position by its stones, who is to play, and the ko that binds the defender alone; not 0."""
    ko = np.int64(s[meta_at(n) + KO_POINT]) + np.int64(2) if side == DEFEND else np.int64(0)
    key = kernels.get_hash(s, n) ^ (ko * np.int64(0x2545F4914F6CDD1D))
    return key if key != 0 else np.int64(1)


@kernel
def _slot(keys, key):
    """Where a key stands, or would."""
    slot = (key ^ (key >> np.int64(29))) & np.int64(SLOTS - 1)
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) & np.int64(SLOTS - 1)
    return slot


@kernel
def _copy(to, s):
    for i in range(s.shape[0]):
        to[i] = s[i]


def _read(n, t, start, points, target, first, none, stack, frames, keys, known, plays):
    """Whether the side `first` succeeds, 1 or 0; `TOO_HARD` when more than `PLAYS` moves are read.

    A line too long, or that repeats itself, captures nothing. Depth first, without recursion: stack[level] is the
    position of a level and frames[level] what has been tried there.
    """
    ko, rows = meta_at(n) + KO_POINT, bits_at(n, LEGAL_BITS)
    color = start[target]
    for i in range(SLOTS):
        keys[i] = 0
    _copy(stack[0], start)
    frames[0, SIDE] = first
    level, entered, result = 0, True, -1
    while True:
        s, side = stack[level], frames[level, SIDE]
        if entered:
            entered = False
            key = _key(s, n, side)
            slot = _slot(keys, key)
            if keys[slot] == key:
                result = known[slot]
            elif side == ATTACK and level >= DEPTH:
                result = 0
            else:
                keys[slot] = key
                known[slot] = side  # what it is while it is being read: not captured
                frames[level, SLOT] = slot
                frames[level, NEXT] = PASS if side == DEFEND else 0
                result = -1
                if side == ATTACK:
                    s[ko] = -1
                    kernels.legal(s, n, t, 3 - color, none, none, 0)
        elif result == 0:  # the reply failed
            result = 1
            known[frames[level, SLOT]] = 1
        else:
            result = -1
        if result < 0:
            i = frames[level, NEXT]
            if i == PASS:
                frames[level, NEXT] = PASS - 1
                _copy(stack[level + 1], s)
                level += 1
                frames[level, SIDE] = ATTACK
                entered = True
                continue
            if i < PASS:  # the pass did not save it
                kernels.legal(s, n, t, color, none, none, 0)
                i = 0
            result = 0
            while i < points.shape[0]:
                p = points[i]
                i += 1
                if not (s[rows + p // n + 1] >> (p % n)) & 1:
                    continue
                plays[0] += 1
                if plays[0] > PLAYS:
                    return TOO_HARD
                _copy(stack[level + 1], s)
                kernels.play(stack[level + 1], n, t, p, 3 - color if side == ATTACK else color)
                if stack[level + 1, target] == color:
                    entered = True
                    break
                if side == ATTACK:
                    result = 1
                    break
            frames[level, NEXT] = i
            if entered:
                level += 1
                frames[level, SIDE] = DEFEND if side == ATTACK else ATTACK
                continue
            known[frames[level, SLOT]] = result
        if level == 0:
            return result
        level -= 1


READ = serial_kernel(_read)

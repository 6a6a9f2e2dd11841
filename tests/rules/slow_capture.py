"""The reading of `tessera.rules.capture` once more, slowly: recursion and a dictionary."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tessera.rules import kernels
from tessera.rules.capture import DEPTH, PLAYS, TooHard
from tessera.rules.coords import opponent
from tessera.rules.layout import KO_POINT, KO_RULE, LEGAL_BITS, PASSES, SUICIDE, bits_at, meta_at, tables

NO_KEYS = np.zeros(1, np.int64)


class SlowRegion:
    """A region of a position; no move outside it is considered."""

    def __init__(self, state: NDArray[np.int32], size: int, points: Iterable[int]) -> None:
        self._size, self._points = size, sorted(points)
        self._start = state.copy()
        meta = meta_at(size)
        # Simple ko, no suicide: what happens in a region does not depend on the whole board.
        self._start[meta + KO_RULE] = self._start[meta + SUICIDE] = self._start[meta + PASSES] = 0
        self._start[meta + KO_POINT] = -1
        self._plays = 0

    def captured(self, target: int, *, attacker_first: bool) -> bool:
        """Whether the stone at `target` is captured against every defence. Raises `TooHard`."""
        self._target, self._color = target, int(self._start[target])
        self._known: dict[tuple[bytes, int, bool], bool] = {}
        return self._attack(self._start, 0) if attacker_first else not self._defend(self._start, 0)

    def _attack(self, state: NDArray[np.int32], depth: int) -> bool:
        """Whether the attacker, to play, captures. A line too long or that repeats itself captures nothing."""
        key = self._key(state, attacking=True)
        if key in self._known:
            return self._known[key]
        if depth >= DEPTH:
            return False
        self._known[key] = False
        found = False
        for after in self._moves(state, opponent(self._color)):
            if after[self._target] != self._color or not self._defend(after, depth + 1):
                found = True
                break
        self._known[key] = found
        return found

    def _defend(self, state: NDArray[np.int32], depth: int) -> bool:
        """Whether the defender, to play or to pass, saves the target."""
        key = self._key(state, attacking=False)
        if key in self._known:
            return self._known[key]
        self._known[key] = True
        saved = not self._attack(state, depth + 1)
        if not saved:
            for after in self._moves(state, self._color):
                if after[self._target] == self._color and not self._attack(after, depth + 1):
                    saved = True
                    break
        self._known[key] = saved
        return saved

    def _key(self, state: NDArray[np.int32], *, attacking: bool) -> tuple[bytes, int, bool]:
        ko = -1 if attacking else int(state[meta_at(self._size) + KO_POINT])
        return state[: self._size**2].tobytes(), ko, attacking

    def _moves(self, state: NDArray[np.int32], color: int) -> Iterable[NDArray[np.int32]]:
        """The position after every legal move of `color` in the region."""
        size, t = self._size, tables(self._size)
        if color != self._color:
            state = state.copy()
            state[meta_at(size) + KO_POINT] = -1
        kernels.legal(state, size, t, color, NO_KEYS, NO_KEYS, 0)
        rows = bits_at(size, LEGAL_BITS)
        legal = [p for p in self._points if state[rows + p // size + 1] >> (p % size) & 1]
        for point in legal:
            self._plays += 1
            if self._plays > PLAYS:
                raise TooHard
            after = state.copy()
            kernels.play(after, size, t, point, color)
            yield after

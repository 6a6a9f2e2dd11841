"""One game of Go at a time, with history and undo: what GTP, SGF and the players talk about.

The state is the same flat row the batched kernels use, so a search starts from `game.state` and
`game.seen` without conversion.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tessera.errors import BadValue, IllegalMove
from tessera.rules import kernels
from tessera.rules.coords import BLACK, COLOR_NAMES, EMPTY, WHITE, check_size, opponent, vertex
from tessera.rules.layout import (
    FORBIDDEN_BITS,
    KO_POINT,
    KOMI2,
    LEGAL_BITS,
    PASSES,
    PRISONERS,
    TO_PLAY,
    TURNS,
    bits_at,
    meta_at,
    row_length,
    seen_length,
    tables,
)
from tessera.rules.ruleset import DEFAULT, KO_CODES, Ruleset

KOMI2_LIMIT = 1 << 20
"""Beyond this the kernels see a clipped komi; nobody wins or loses by half a million points."""
NO_PATH = np.zeros(1, np.int64)


@dataclass(frozen=True)
class Move:
    """One move: `point` is 0..P-1, or P for a pass."""

    color: int
    point: int


class Game:
    """A game in progress. `play` refuses illegal moves; either colour may move at any time, as GTP allows.

    Attributes that only change through methods:
        size, rules, komi, handicap
        moves       every `Move` since the set-up
        setup       {point: color} the position the moves start from
        state       [S] int32, the row of layout.py
        seen        [T] int64, superko keys of all positions so far
    """

    def __init__(self, size: int = 19, *, rules: Ruleset = DEFAULT, komi: float | None = None) -> None:
        self.size = check_size(size)
        self.rules = rules
        self.komi = _check_komi(rules.komi if komi is None else komi)
        self.handicap = 0
        self.setup: dict[int, int] = {}
        self.moves: list[Move] = []
        self.state: NDArray[np.int32] = np.empty(row_length(size), np.int32)
        self.seen: NDArray[np.int64] = np.zeros(seen_length(size), np.int64)
        self._keys: list[int] = []
        self._undo: list[NDArray[np.int32]] = []
        self._start({}, BLACK)

    # ------------------------------------------------------------ setting up

    def _start(self, stones: Mapping[int, int], to_play: int) -> None:
        if to_play not in COLOR_NAMES:
            raise BadValue("side to play", to_play, f"{BLACK} (black) or {WHITE} (white)")
        state = np.empty_like(self.state)
        rules = self.rules
        kernels.reset(
            state, self.size, KO_CODES[rules.ko], int(rules.suicide), int(rules.scoring == "territory"), self._komi2()
        )
        if stones:
            board = np.zeros(self.points, np.int32)
            for point, color in stones.items():
                if not 0 <= point < self.points or color not in (BLACK, WHITE):
                    raise BadValue("set-up stone", (point, color), "points of the board, black or white")
                board[point] = color
            if not kernels.setup(state, self.size, tables(self.size), board):
                raise BadValue("set-up position", f"{len(stones)} stones", "every chain has a liberty")
        state[meta_at(self.size) + TO_PLAY] = to_play
        self.setup = dict(stones)
        self.state, self.moves, self._undo, self._keys = state, [], [], []
        self.seen[:] = 0
        self._remember()

    def _komi2(self) -> int:
        doubled = 2 * (self.komi + self.rules.bonus_for(self.handicap))
        return round(min(KOMI2_LIMIT, max(-KOMI2_LIMIT, doubled)))

    def clear(self) -> None:
        """The empty board; size, rules and komi stay."""
        self.handicap = 0
        self._start({}, BLACK)

    def set_up(self, stones: Mapping[int, int], to_play: int = BLACK) -> None:
        """Start from a position. Raises `BadValue` for a chain without liberty; the game is then unchanged."""
        before, self.handicap = self.handicap, 0
        try:
            self._start(stones, to_play)
        except BadValue:
            self.handicap = before
            raise

    def set_handicap(self, points: Iterable[int]) -> None:
        """Start with these black stones and White to play."""
        stones = dict.fromkeys(points, BLACK)
        before, self.handicap = self.handicap, len(stones)
        try:
            self._start(stones, WHITE)
        except BadValue:
            self.handicap = before
            raise

    def set_komi(self, komi: float) -> None:
        """Komi for White; takes effect at once and survives `clear`. Kernels and networks see it in half points."""
        self.komi = _check_komi(komi)
        self._set_meta(KOMI2, self._komi2())

    def set_rules(self, rules: Ruleset) -> None:
        """Change the rules in mid-game: the position stays, and the superko history is read anew under them."""
        moves, first, to_play = self.moves, self._first_to_play(), self.to_play
        self.rules = rules
        self._start(self.setup, first)
        for move in moves:
            self._play(move)
        self.to_play = to_play

    def _first_to_play(self) -> int:
        first = self._undo[0] if self._undo else self.state
        return int(first[meta_at(self.size) + TO_PLAY])

    def copy(self) -> Game:
        """An independent game in the same state."""
        twin = Game.__new__(Game)
        twin.__dict__.update(self.__dict__)
        twin.setup, twin.moves = dict(self.setup), list(self.moves)
        twin.state, twin.seen = self.state.copy(), self.seen.copy()
        # The rows in `_undo` are never written to, so both games may hold them.
        twin._keys, twin._undo = list(self._keys), list(self._undo)
        return twin

    # ------------------------------------------------------------ looking

    def _meta(self, entry: int) -> int:
        return int(self.state[meta_at(self.size) + entry])

    def _set_meta(self, entry: int, value: int) -> None:
        self.state[meta_at(self.size) + entry] = value

    @property
    def points(self) -> int:
        return self.size * self.size

    @property
    def to_play(self) -> int:
        """The side whose turn it is: the other one than moved last, unless set."""
        return self._meta(TO_PLAY)

    @to_play.setter
    def to_play(self, color: int) -> None:
        if color not in COLOR_NAMES:
            raise BadValue("side to play", color, f"{BLACK} (black) or {WHITE} (white)")
        if color != self.to_play:
            self._set_meta(TO_PLAY, color)
            self._set_meta(TURNS, 0)
            # Situational superko asks who was to play here, and the answer has just changed.
            self._keys[-1] = self._key()
            self.fill_seen(self.seen)

    @property
    def stones(self) -> NDArray[np.int32]:
        """[P] EMPTY, BLACK or WHITE; a copy."""
        return self.state[: self.points].copy()

    @property
    def passes(self) -> int:
        """Passes in a row at the end."""
        return self._meta(PASSES)

    @property
    def is_over(self) -> bool:
        """Two passes in a row. Moves remain legal after it, as GTP demands."""
        return self.passes >= 2

    @property
    def ko_point(self) -> int | None:
        """Where a single stone was just taken in a ko shape, else None."""
        ko = self._meta(KO_POINT)
        return None if ko < 0 else ko

    def captured_by(self, color: int) -> int:
        """Prisoners `color` has taken."""
        return self._meta(PRISONERS + opponent(color))

    def legal_mask(self, color: int | None = None) -> NDArray[np.bool_]:
        """[A] which points `color` (the side to play by default) may play now; pass, the last, always."""
        color = self.to_play if color is None else color
        self._find_legal(color)
        mask = np.empty(self.points + 1, np.bool_)
        kernels.write_mask(self.state, self.size, mask.view(np.uint8))
        return mask

    def forbidden_by_ko(self, color: int) -> list[int]:
        """Points that only the ko or superko rule forbids `color` to play."""
        self._find_legal(color)
        return [p for p in range(self.points) if self._bit(FORBIDDEN_BITS, p)]

    def _bit(self, board: int, point: int) -> bool:
        row, column = divmod(point, self.size)
        return bool(int(self.state[bits_at(self.size, board) + row + 1]) >> column & 1)

    def _find_legal(self, color: int) -> None:
        kernels.legal(self.state, self.size, tables(self.size), color, self.seen, NO_PATH, 0)

    def is_legal(self, color: int, point: int) -> bool:
        if not 0 <= point < self.points:
            return point == self.points
        self._find_legal(color)
        return self._bit(LEGAL_BITS, point)

    # ------------------------------------------------------------ moving

    def play(self, color: int, point: int) -> None:
        """Play a move or a pass. Raises `IllegalMove`, and the game is then unchanged."""
        if not self.is_legal(color, point):
            raise IllegalMove(f"illegal move: {COLOR_NAMES[color]} {self._name(point)}, {self._why(color, point)}")
        self._play(Move(color, point))

    def _play(self, move: Move) -> None:
        self._undo.append(self.state.copy())
        self.to_play = move.color
        kernels.play(self.state, self.size, tables(self.size), move.point, move.color)
        self.moves.append(move)
        self._remember()

    def _name(self, point: int) -> str:
        return vertex(point, self.size) if 0 <= point <= self.points else str(point)

    def _why(self, color: int, point: int) -> str:
        if not 0 <= point < self.points:
            return "outside the board"
        if self.state[point] != EMPTY:
            return "the point is occupied"
        if point in self.forbidden_by_ko(color):
            return f"{self.rules.ko} ko rule"
        return "suicide"

    def undo(self) -> Move:
        """Take back the last move. Raises `IllegalMove` when there is none; set-up stones stay."""
        if not self.moves:
            raise IllegalMove("cannot undo: no move was played")
        self.state = self._undo.pop().copy()
        self._set_meta(KOMI2, self._komi2())
        self._keys.pop()
        self._keys[-1] = self._key()
        self.fill_seen(self.seen)
        return self.moves.pop()

    # ------------------------------------------------------------ superko

    def _key(self) -> int:
        return int(kernels.current_key(self.state, self.size, tables(self.size)))

    def _remember(self) -> None:
        self._keys.append(self._key())
        if 2 * len(self._keys) > len(self.seen):
            self.seen = np.zeros(2 * len(self.seen), np.int64)
            self.fill_seen(self.seen)
        else:
            kernels.add_seen(self.seen, np.int64(self._keys[-1]))

    def fill_seen(self, seen: NDArray[np.int64]) -> None:
        """Write the superko keys of the game so far into a set of at least twice as many slots."""
        kernels.fill_seen(seen, np.array(self._keys, np.int64))


def _check_komi(komi: float) -> float:
    if not math.isfinite(komi):
        raise BadValue("komi", komi, "a finite number of points")
    return komi

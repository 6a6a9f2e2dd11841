"""Where everything about one game lies in its flat int32 row, and the tables of a board size.

A game's state is one row of S int32 values, so that a batch is a [B, S] array, a search tree a
[B, M, S] array, and copying a position one copy of a row. In order:

    stones   P+1   EMPTY, BLACK or WHITE of every point; the last entry is the WALL around the board
    chain    P     for a stone, the point that names its chain (its head)
    next     P     for a stone, the next stone of its chain, in a ring
    libs     4P    at a head: number, sum and sum of squares of the chain's liberties, counted once for
                   every stone they touch, and the number of stones. A chain has exactly one liberty
                   when number * sum of squares == sum ** 2.
    bits     9 boards of N+2 rows, one int32 per row (bit c is column c, rows 0 and N+1 stay empty):
             black stones, white stones, stones in atari, points where Black (White) lost a stone
             before; and for the side whose legal moves were computed last: legal points, points
             that only ko forbids; then two for the stones that the last two moves took
    meta     META values, named below

Positional superko needs one more thing than the row: the hashes of the game so far, an open-addressed
set of T int64 keys per game (`seen`, 0 is free). A point can only repeat an old position if its colour
stood there before and was captured, so only those few points are ever looked up.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tessera.rules.coords import check_size
from tessera.rules.jit import kernel

STONE_BITS, ATARI_BITS, LOST_BITS, LEGAL_BITS, FORBIDDEN_BITS, TAKEN_BITS = 0, 2, 3, 5, 6, 7
"""First board of bits of each kind; stones and losses are at + color - 1, what a move took at + `slot_of` of it."""
BOARDS_OF_BITS = 9

# Meta entries
HASH_LOW, HASH_HIGH = 0, 1
TO_PLAY = 2
KO_POINT = 3
"""The point a single stone was just captured on by a single stone now in atari, else -1."""
KO_COLOR = 4
"""The side that may not retake there."""
PASSES = 5
"""Passes in a row at the end of the game."""
MOVES = 6
"""Moves played, passes included."""
LAST = 7
"""The last five moves, latest first; P is a pass, -1 no move."""
HISTORY = 5
REFUSED = 12
"""Batched actions since the reset that were refused: off the board or on a stone."""
PRISONERS = 12
"""At PRISONERS + color: stones of that colour captured so far (color is 1 or 2)."""
KO_RULE = 15
SUICIDE = 16
TERRITORY = 17
KOMI2 = 18
"""Komi in half points, handicap compensation included; positive is good for White."""
TAKEN = 20
"""At TAKEN + `slot_of`: how many stones one of the last two moves took, its own chain's by suicide."""
EARLIER_KO = 22
"""At EARLIER_KO + `slot_of`: KO_POINT before that move."""
TURNS = 24
"""Moves since somebody last moved out of turn, or since the set-up."""
META = 25

STRIDE = 6
"""Entries of the `geometry` table per point: four neighbours (P is the wall), row + 1, 1 << column."""

EMPTY_KEY = 0x0123456789ABCDEF
"""Hash of the empty board; not 0, which marks a free slot."""


class Tables(NamedTuple):
    """What the kernels need to know about a board size. Read only."""

    geometry: NDArray[np.int32]
    """[P * STRIDE]"""
    keys: NDArray[np.int64]
    """[3 * P + 3] Zobrist keys: color * P + point for stones; 3P + color for the side to play."""
    columns: NDArray[np.int32]
    """[32] column of a single set bit, by multiplication with a de Bruijn number."""


DE_BRUIJN = 0x077CB531


@lru_cache(maxsize=32)
def tables(size: int) -> Tables:
    """The tables of a board side, the same in every process."""
    check_size(size)
    points = size * size
    geometry = np.zeros((points, STRIDE), np.int32)
    for point in range(points):
        row, column = divmod(point, size)
        geometry[point] = (
            point - size if row > 0 else points,
            point + size if row < size - 1 else points,
            point - 1 if column > 0 else points,
            point + 1 if column < size - 1 else points,
            row + 1,
            1 << column,
        )
    generator = np.random.Generator(np.random.PCG64(0x7E55E2A + size))
    keys = generator.integers(-(2**63), 2**63, 3 * points + 3, dtype=np.int64)
    columns = np.zeros(32, np.int32)
    for column in range(32):
        columns[((DE_BRUIJN << column) & 0xFFFFFFFF) >> 27] = column
    for array in (geometry, keys, columns):
        array.setflags(write=False)
    return Tables(geometry.reshape(-1), keys, columns)


def row_length(size: int) -> int:
    """S: int32 values in the state of one game."""
    return 7 * size * size + 1 + BOARDS_OF_BITS * (size + 2) + META


def seen_length(size: int) -> int:
    """T: slots of the superko set of one game that ends within `move_limit` moves; a power of two."""
    return 1 << (4 * size * size).bit_length()


def move_limit(size: int) -> int:
    """Moves after which a batched game is scored as it stands, so that its superko set never fills up."""
    return seen_length(size) * 5 // 8


@kernel
def slot_of(moves):
    """Where the move after so many is remembered for two moves: 0 or 1."""
    return moves & 1


@kernel
def seen_limit(slots):
    """`move_limit` of a superko set with that many slots; a set never fills, so that looking up always ends."""
    return slots * 5 // 8


@kernel
def chain_at(points):
    return points + 1


@kernel
def next_at(points):
    return 2 * points + 1


@kernel
def libs_at(points):
    return 3 * points + 1


@kernel
def bits_at(size, board):
    return 7 * size * size + 1 + board * (size + 2)


@kernel
def meta_at(size):
    return 7 * size * size + 1 + BOARDS_OF_BITS * (size + 2)

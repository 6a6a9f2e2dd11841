"""The invariants of a game's row (layout.py), checked from the stones alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tessera.rules import kernels
from tessera.rules.coords import EMPTY, WALL
from tessera.rules.layout import (
    ATARI_BITS,
    BOARDS_OF_BITS,
    EMPTY_KEY,
    LOST_BITS,
    PRISONERS,
    STONE_BITS,
    bits_at,
    chain_at,
    libs_at,
    meta_at,
    next_at,
    row_length,
    tables,
)
from tests.rules.reference import Reference


def bit_board(state: NDArray[np.int32], size: int, board: int) -> list[int]:
    """[P] 0 or 1; also checks that nothing is set outside the board."""
    start = bits_at(size, board)
    rows = [int(row) for row in state[start : start + size + 2]]
    assert rows[0] == 0 and rows[-1] == 0, f"border rows of board {board}"
    assert all(0 <= row < 1 << size for row in rows), f"bits outside the columns of board {board}"
    return [rows[p // size + 1] >> (p % size) & 1 for p in range(size * size)]


def validate(state: NDArray[np.int32], size: int, *, lost: dict[int, set[int]] | None = None) -> None:
    """Assert everything the kernels rely on. `lost[color]` are the points where that colour lost stones."""
    points, t = size * size, tables(size)
    assert state.shape == (row_length(size),) and state[points] == WALL
    stones = [int(value) for value in state[:points]]
    reference = Reference(size, board=stones)
    atari, value = [0] * points, EMPTY_KEY
    for p, color in enumerate(stones):
        if color == EMPTY:
            continue
        chain, liberties = reference.chain(stones, p)
        assert liberties, f"chain without liberty at {p}"
        atari[p] = int(len(liberties) == 1)
        head = int(state[chain_at(points) + p])
        assert head in chain and state[chain_at(points) + head] == head, f"head of {p}"
        ring, stone = [p], int(state[next_at(points) + p])
        while stone != p and len(ring) <= points:
            ring.append(stone)
            stone = int(state[next_at(points) + stone])
        assert len(ring) == len(set(ring)) and set(ring) == chain, f"ring of {p}"
        touched = [q for stone in chain for q in reference.neighbours(stone) if stones[q] == EMPTY]
        at = libs_at(points) + 4 * head
        expected = [len(touched), sum(touched), sum(q * q for q in touched), len(chain)]
        assert state[at : at + 4].tolist() == expected, f"liberties of {p}"
        value ^= int(t.keys[color * points + p])
    assert bit_board(state, size, ATARI_BITS) == atari, "atari bits"
    for color in (1, 2):
        assert bit_board(state, size, STONE_BITS + color - 1) == [int(stone == color) for stone in stones]
        bits = bit_board(state, size, LOST_BITS + color - 1)
        if lost is not None:
            assert {p for p, bit in enumerate(bits) if bit} == lost[color], "lost bits"
    for board in range(BOARDS_OF_BITS):
        bit_board(state, size, board)
    assert int(kernels.get_hash(state, size)) == value, "hash"
    assert state[meta_at(size) + PRISONERS + 1] >= 0 and state[meta_at(size) + PRISONERS + 2] >= 0

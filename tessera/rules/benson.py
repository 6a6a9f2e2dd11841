"""Unconditional life: chains that live even if their owner always passes, and the points they enclose.

D. B. Benson, "Life in the game of Go", Information Sciences 10 (1976). A chain lives when it has two vital
regions: enclosed regions all of whose empty points are its liberties, enclosed by living chains only. What
is not pass-alive may still be alive; seki never is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tessera.rules.coords import EMPTY


@dataclass(frozen=True)
class PassAlive:
    """What one colour owns whatever its opponent does."""

    stones: frozenset[int]
    territory: frozenset[int]
    """Points enclosed by those stones where the opponent cannot live; opposing stones on them are dead."""


def neighbours(point: int, size: int) -> Iterator[int]:
    """The two to four points beside `point`."""
    row, column = divmod(point, size)
    if row > 0:
        yield point - size
    if row < size - 1:
        yield point + size
    if column > 0:
        yield point - 1
    if column < size - 1:
        yield point + 1


def components(size: int, belongs: Callable[[int], bool], alike: Callable[[int, int], bool]) -> list[frozenset[int]]:
    """Connected sets of the points that `belong`, joined where two neighbours are `alike`; in point order."""
    found: list[frozenset[int]] = []
    seen: set[int] = set()
    for first in range(size * size):
        if first in seen or not belongs(first):
            continue
        seen.add(first)
        members, queue = {first}, [first]
        while queue:
            point = queue.pop()
            for other in neighbours(point, size):
                if other not in seen and belongs(other) and alike(point, other):
                    seen.add(other)
                    members.add(other)
                    queue.append(other)
        found.append(frozenset(members))
    return found


def chains(stones: Sequence[int], size: int) -> list[frozenset[int]]:
    """The chains of both colours, by their first point."""
    return components(size, lambda p: stones[p] != EMPTY, lambda p, q: stones[p] == stones[q])


def pass_alive(stones: Sequence[int] | NDArray[np.int32], size: int, color: int) -> PassAlive:
    """Benson's algorithm for the chains of `color`; `stones` [P] as in `Game.stones`."""
    # Numba is slow to import, and a match between other programs needs of this module but `chains`.
    from tessera.rules.features.life import alive_points

    board = np.asarray(stones, np.int32)
    owned, mine = alive_points(board, size, color), board == color
    return PassAlive(
        stones=frozenset(np.flatnonzero(owned & mine).tolist()),
        territory=frozenset(np.flatnonzero(owned & ~mine).tolist()),
    )

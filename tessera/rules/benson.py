"""Unconditional life: chains that live even if their owner always passes, and the points they enclose.

D. B. Benson, "Life in the game of Go", Information Sciences 10 (1976). A chain lives when it has two vital
regions: enclosed regions all of whose empty points are its liberties, enclosed by living chains only. What
is not pass-alive may still be alive; seki never is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

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


def pass_alive(stones: Sequence[int], size: int, color: int) -> PassAlive:
    """Benson's algorithm for the chains of `color`; `stones` [P] as in `Game.stones`."""
    own = components(size, lambda p: stones[p] == color, lambda p, q: True)
    chain_of = {point: index for index, chain in enumerate(own) for point in chain}
    regions = components(size, lambda p: stones[p] != color, lambda p, q: True)
    borders = [_touching(region, size, chain_of) for region in regions]
    vital = [_vital(region, stones, size, chain_of, border) for region, border in zip(regions, borders, strict=True)]
    alive = set(range(len(own)))
    while True:
        healthy = [index for index, border in enumerate(borders) if border and border <= alive]
        kept = {chain for chain in alive if sum(chain in vital[index] for index in healthy) >= 2}
        if kept == alive:
            break
        alive = kept
    enclosed = (regions[index] for index in healthy if _uninhabitable(regions[index], size, chain_of))
    return PassAlive(
        stones=frozenset(point for chain in alive for point in own[chain]),
        territory=frozenset(point for region in enclosed for point in region),
    )


def _touching(region: frozenset[int], size: int, chain_of: dict[int, int]) -> set[int]:
    return {chain_of[q] for p in region for q in neighbours(p, size) if q in chain_of}


def _vital(
    region: frozenset[int], stones: Sequence[int], size: int, chain_of: dict[int, int], border: set[int]
) -> set[int]:
    """The chains that touch every empty point of the region."""
    left = set(border)
    for point in region:
        if stones[point] == EMPTY:
            left &= {chain_of[q] for q in neighbours(point, size) if q in chain_of}
    return left


def _uninhabitable(region: frozenset[int], size: int, chain_of: dict[int, int]) -> bool:
    """Whether the opponent cannot make two eyes there: an eye needs a point that touches no enclosing stone."""
    inner = sum(all(q not in chain_of for q in neighbours(p, size)) for p in region)
    return inner < 2

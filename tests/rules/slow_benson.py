"""Benson's algorithm once more, slowly: sets and comprehensions. Shares no line with the kernel."""

from __future__ import annotations

from collections.abc import Sequence

from tessera.rules.benson import PassAlive, components, neighbours
from tessera.rules.coords import EMPTY


def slow_pass_alive(stones: Sequence[int], size: int, color: int) -> PassAlive:
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

"""Every number our players can be tuned by. No heavy import: a GTP engine checks them before its first answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from tessera.rules.coords import MAX_SIZE, MIN_SIZE
from tessera.search.settings import PuctSettings
from tessera.settings import check
from tessera.values import Range, Unit

Temperature = Annotated[float, Range(0, 100)]
BySize = Annotated[dict[Annotated[int, Range(MIN_SIZE, MAX_SIZE)], Temperature], Unit("side:temperature")]


@dataclass(frozen=True)
class SearchPlayerSettings:
    """The player `search`."""

    visits: Annotated[int, Range(1, 10_000_000), Unit("visits")] = 400
    """A move's search where nothing else limits it."""
    leaves: Annotated[int, Range(1, 256), Unit("positions")] = 8
    """Most that are evaluated together, in one batch of the network."""
    memory_mb: Annotated[int, Range(16, 1_000_000), Unit("MB")] = 1024
    """The tree's share of memory; a tree that fills it is searched no further."""
    temperature: Temperature = 0.5
    """How freely a move is drawn from the visits at the start of a game; 0: always the best."""
    temperature_halflife: Annotated[float, Range(0, 1_000), Unit("board sides")] = 0.5
    """Moves after which that temperature has halved, gone in the end; 0: no move is drawn."""
    lcb_visits: Annotated[float, Range(0, 1), Unit("of the most visited move's visits")] = 0.15
    """The move is chosen, among those with so many visits, by the lower confidence bound of its value; 0: the most
    visited is played."""
    random_symmetry: bool = False
    """Show every position to the network turned and mirrored in one of the eight ways."""
    root_symmetries: bool = False
    """Show the position to move in in all eight ways, and average what the network says."""
    puct: PuctSettings = PuctSettings()

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class PolicyPlayerSettings:
    """The player `policy`."""

    temperature: Temperature = 0.0
    """How freely a move is drawn from the policy; 0: always the favourite, 1: as the policy says."""
    temperatures: BySize = field(default_factory=dict)
    """The same by board side, in its place; other boards take that of the nearest side, the smaller of two."""

    def __post_init__(self) -> None:
        check(self)

    def at(self, size: int) -> float:
        """The temperature on a board of side `size`."""
        if not self.temperatures:
            return self.temperature
        return self.temperatures[min(self.temperatures, key=lambda side: (abs(side - size), side))]

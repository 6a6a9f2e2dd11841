"""The rank table of a network: which temperature of its policy plays at which Elo, measured board by board.

It is plain JSON, in a file beside the checkpoint and in the checkpoint's manifest, and may come from anyone: everything
is checked on reading. The digest says whose it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Annotated, Any

from tessera.errors import BadValue
from tessera.rules.coords import MAX_SIZE, MIN_SIZE
from tessera.values import Length, Range, accept

MAX_RUNGS = 100
Elo = Annotated[float, Range(-10_000, 10_000)]
Temperature = Annotated[float, Range(0, 100)]
Count = Annotated[int, Range(0, 2**31)]
Text = Annotated[str, Length(200)]
Side = Annotated[int, Range(MIN_SIZE, MAX_SIZE)]


def openness(temperature: float) -> float:
    """1 / (1 + T): 1 for the favourite alone, towards 0 for every sane move alike; strength grows with it."""
    return 1.0 / (1.0 + temperature)


def temperature_at(open_: float) -> float:
    """The inverse of `openness`."""
    return 1.0 / open_ - 1.0


@dataclass(frozen=True)
class Rung:
    """One measured strength."""

    temperature: Temperature
    """Of the draw from the policy; 0 plays the favourite."""
    elo: Elo
    low: Elo
    """Lower end of the 95% interval of `elo`, which holds what is unknown about the anchor too."""
    high: Elo
    step: Elo
    """Elo above the rung below, by their games alone, not by the curve; 0 of the weakest."""
    step_low: Elo
    step_high: Elo
    """The ends of its 95% interval."""
    games: Count


@dataclass(frozen=True)
class Ladder:
    """What was measured on one board size."""

    size: Side
    rungs: tuple[Rung, ...]
    """Weakest first."""
    games: Count
    """All games behind it."""
    anchor: Text
    """What its Elo are pinned to, e.g. 'GNU Go level 10 = 1800'."""
    rules: Text
    komi: Elo

    @property
    def weakest(self) -> float:
        return self.rungs[0].elo

    @property
    def strongest(self) -> float:
        return self.rungs[-1].elo

    def temperature(self, elo: float) -> float:
        """Between two rungs by their openness. `elo` is from `weakest` to `strongest`."""
        for below, above in pairwise(self.rungs):
            if elo <= above.elo:
                share = (elo - below.elo) / (above.elo - below.elo)
                low, high = openness(below.temperature), openness(above.temperature)
                return round(temperature_at(low + share * (high - low)), 4)
        return self.rungs[-1].temperature

    def elo(self, temperature: float) -> float:
        """The inverse: what a temperature plays at, held within the table."""
        wanted = openness(temperature)
        for below, above in pairwise(self.rungs):
            low, high = openness(below.temperature), openness(above.temperature)
            if wanted <= high:
                return below.elo + max(0.0, (wanted - low) / (high - low)) * (above.elo - below.elo)
        return self.strongest


@dataclass(frozen=True)
class RankTable:
    """All that was measured of one network."""

    network: Text
    """`Manifest.digest` of the network."""
    ladders: tuple[Ladder, ...]
    """One for each board size, smallest first."""
    made: Text
    """When, and by which version: '2026-11-27 by tessera 0.1.0'."""

    def nearest(self, size: int) -> Ladder:
        """The ladder of this board, else of the measured one closest to it, the smaller of two."""
        return min(self.ladders, key=lambda ladder: (abs(ladder.size - size), ladder.size))

    def to_json(self) -> bytes:
        return (json.dumps(asdict(self), indent=1) + "\n").encode()


def parse_table(data: object, where: str) -> RankTable:
    """From JSON values; raises `BadValue` that begins with `where`."""
    table = _parts(RankTable, data, where)
    ladders = tuple(_ladder(each, f"{where}: ladder") for each in _listed(table["ladders"], f"{where}: ladders", 25, 1))
    sizes = [ladder.size for ladder in ladders]
    if sizes != sorted(set(sizes)):
        raise BadValue(f"{where}: ladders", sizes, "board sizes that grow")
    return RankTable(accept(Text, table["network"], f"{where}: network"), ladders, accept(Text, table["made"], where))


def _ladder(data: object, where: str) -> Ladder:
    table = _parts(Ladder, data, where)
    rungs = tuple(_rung(each, f"{where}: rung") for each in _listed(table["rungs"], f"{where}: rungs", MAX_RUNGS, 2))
    for below, above in pairwise(rungs):
        if not (below.elo < above.elo and below.temperature > above.temperature):
            raise BadValue(f"{where}: rungs", above.elo, "Elo that grow and temperatures that fall")
    hints: dict[str, Any] = {"size": Side, "games": Count, "anchor": Text, "rules": Text, "komi": Elo}
    return Ladder(rungs=rungs, **{name: accept(hint, table[name], f"{where}: {name}") for name, hint in hints.items()})


def _rung(data: object, where: str) -> Rung:
    table = _parts(Rung, data, where)
    hints: dict[str, Any] = {"temperature": Temperature, "games": Count}
    return Rung(**{name: accept(hints.get(name, Elo), value, f"{where}: {name}") for name, value in table.items()})


def _parts(kind: type[Any], data: object, where: str) -> dict[str, Any]:
    names = {each.name for each in fields(kind)}
    if not isinstance(data, dict) or set(data) != names:
        raise BadValue(where, data, f"an object of {', '.join(sorted(names))}")
    return data


def _listed(data: object, where: str, most: int, least: int) -> Sequence[object]:
    if not isinstance(data, list | tuple) or not least <= len(data) <= most:
        raise BadValue(where, data, f"a list of {least} to {most}")
    return data

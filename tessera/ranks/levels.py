"""What a level, a rank or an Elo asks of a player.

Ranks and Elo are played by one look at the board: the network's policy, drawn at the temperature that its table says.
It overlooks things, as people do, but plans no blunder. Levels 1 to 5 are five such strengths, 300 Elo apart, of which
5 plays the policy's favourite; from 6 on nothing is drawn, and a search grows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tessera.errors import BadValue
from tessera.ranks.scale import elo_of_rank, rank_of_elo
from tessera.ranks.table import Ladder, RankTable

SEARCHES = (8, 24, 64, 192, 512)
"""Visits of levels 6 to 10."""
DRAWN = 5
"""Levels below the searches."""
BETWEEN = 300.0
"""Elo from one of them to the next."""
LEVELS = DRAWN + len(SEARCHES)


@dataclass(frozen=True)
class Wanted:
    """How strong a user wants a player to be: one of the three."""

    level: int | None = None
    rank: str | None = None
    elo: float | None = None

    def __post_init__(self) -> None:
        """Raises `BadValue` for two at once, a level outside of 1 to 10, and what is no rank."""
        if len(self._given) > 1:
            (first, value), (second, _), *_ = self._given.items()
            raise BadValue(first, value, f"one of {first} and {second}", "leave one of them out")
        if self.level is not None and not 1 <= self.level <= LEVELS:
            raise BadValue("level", self.level, f"1 to {LEVELS}")
        if self.rank is not None:
            elo_of_rank(self.rank)
        if self.elo is not None and not abs(self.elo) <= 10_000:
            raise BadValue("elo", self.elo, "-10000 to 10000")

    def __bool__(self) -> bool:
        return bool(self._given)

    @property
    def searches(self) -> bool:
        return self.level is not None and self.level > DRAWN

    @property
    def player(self) -> str:
        """The kind of player, as plugins register them."""
        return "search" if self.searches else "policy"

    @property
    def visits(self) -> int:
        """Most visits of a move."""
        return SEARCHES[self.level - DRAWN - 1] if self.searches and self.level is not None else 1

    @property
    def told(self) -> tuple[str, int | str | float]:
        """Its name and value."""
        return next(iter(self._given.items()))

    @property
    def _given(self) -> dict[str, int | str | float]:
        each = {"level": self.level, "rank": self.rank, "elo": self.elo}
        return {name: value for name, value in each.items() if value is not None}


@dataclass(frozen=True)
class Source:
    """The table a strength is looked up in."""

    network: str
    """What the user calls the network, for messages."""
    table: RankTable | None
    """Its own; None where it has none."""
    why: str
    """Why it has none, and the cure."""
    substitute: RankTable
    """The one that came with the package, for levels of a network that has none."""


@dataclass(frozen=True)
class Strength:
    """What a player has to do for it."""

    player: str
    visits: int
    temperatures: Mapping[int, float] = field(default_factory=dict)
    """By board side; nothing for a search."""
    words: str = ""
    """'rank 10k, temperature 1.58'."""
    notes: tuple[str, ...] = ()
    """What a user must know of it, one line each."""

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the player."""
        return {"temperatures": dict(self.temperatures)} if self.temperatures else {}

    def temperature(self, size: int) -> float:
        """That of a board of side `size`: of the nearest that was measured."""
        return self.temperatures[min(self.temperatures, key=lambda side: (abs(side - size), side))]


def strength(wanted: Wanted, source: Source | None, *, size: int | None) -> Strength:
    """Look it up. Without a `size` it has to be there on one board at least, and is held within the table on others.

    A search needs no `source`. Raises `BadValue` where the network has no table of its own (but for a level, which
    then borrows the shipped network's temperatures and says so) and where it does not reach that far.
    """
    name, value = wanted.told
    if wanted.searches:
        return Strength("search", wanted.visits, words=f"level {wanted.level}, {wanted.visits} visits")
    assert source is not None, "what draws looks it up"
    table, notes = source.table, list[str]()
    if table is None:
        if wanted.level is None:
            raise BadValue(name, value, f"a strength that was measured; {source.why}")
        table = source.substitute
        notes.append(f"level {wanted.level} draws at the shipped network's temperatures: {source.why}")
    ladders = table.ladders if size is None else (table.nearest(size),)
    if size is not None and ladders[0].size != size:
        notes.append(f"{size}x{size} was not measured; what {_board(ladders[0])} told of {name} {value} is played")
    beyond = [ladder for ladder in ladders if not _reaches(ladder, _elo(wanted, ladder))]
    if len(beyond) == len(ladders):
        raise BadValue(name, value, "; ".join(map(_range, ladders)), f"{source.network} reaches no more in one look")
    notes += [f"{name} {value} is out of reach: {_range(ladder)}; the nearest is played there" for ladder in beyond]
    at = {ladder.size: ladder.temperature(_held(ladder, _elo(wanted, ladder))) for ladder in table.ladders}
    return Strength("policy", 1, at, _words(wanted, ladders[0], at[ladders[0].size]), tuple(notes))


def _elo(wanted: Wanted, ladder: Ladder) -> float:
    if wanted.level is not None:
        return max(ladder.weakest, ladder.strongest - BETWEEN * (DRAWN - wanted.level))
    return elo_of_rank(wanted.rank) if wanted.rank is not None else float(wanted.elo or 0.0)


def _reaches(ladder: Ladder, elo: float) -> bool:
    """Half of a rank beyond the ends is still the rank."""
    return ladder.weakest - 50 <= elo <= ladder.strongest + 50


def _held(ladder: Ladder, elo: float) -> float:
    return min(max(elo, ladder.weakest), ladder.strongest)


def _range(ladder: Ladder) -> str:
    ranks = f"{rank_of_elo(ladder.weakest)} to {rank_of_elo(ladder.strongest)}"
    return f"{ranks} ({ladder.weakest:.0f} to {ladder.strongest:.0f} Elo) on {_board(ladder)}"


def _board(ladder: Ladder) -> str:
    return f"{ladder.size}x{ladder.size}"


def _words(wanted: Wanted, ladder: Ladder, temperature: float) -> str:
    name, value = wanted.told
    elo = _held(ladder, _elo(wanted, ladder))
    about = "" if wanted.elo is not None else f", about {elo:.0f} Elo"
    return f"{name} {value}{about}, temperature {temperature:.3g}"


def summary() -> str:
    """The levels as one phrase."""
    searches = ", ".join(f"{DRAWN + 1 + place} {visits} visits" for place, visits in enumerate(SEARCHES))
    return f"1 to {DRAWN} one look at the board, {BETWEEN:.0f} Elo apart, {DRAWN} the policy's favourite; {searches}"

"""Which games are still to be played: a pure function of the league's file and the games on record.

Games come in pairs, one opening with both colours. A game is known by its players and its opening, so a league
can be resumed, made longer, or given new players: what is on record is never played again. A void game is
replayed once under its old number; when it is void again, the player who made it so is stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from tessera.interfaces.arbiter import VOID, GameRecord, Task
from tessera.league.config import LeagueConfig
from tessera.league.openings import OpeningBook
from tessera.league.widest import widest_pairs

ATTEMPTS = 2
"""A game and its replay."""
Key = tuple[str, str, str]
"""Black, White, the opening's name."""


@dataclass
class Standing:
    """What the games on record mean for those to come."""

    finished: set[Key] = field(default_factory=set)
    void: dict[Key, GameRecord] = field(default_factory=dict)
    """The last attempt of games that are void so far."""
    stopped: dict[str, str] = field(default_factory=dict)
    """Players who made a game void twice, and why."""
    last_number: int = 0

    def add(self, record: GameRecord, *, forgiven: bool = False) -> None:
        """`forgiven`: a void game of an earlier run, which this one tries again as if it were new."""
        key = (record.black, record.white, record.opening)
        self.last_number = max(self.last_number, record.number)
        if record.result != VOID:
            self.finished.add(key)
            self.void.pop(key, None)
            return
        again = key in self.void
        self.void[key] = record
        if again and not forgiven:
            self.stopped.setdefault(record.culprit, record.note)


def standing_of(records: Iterable[GameRecord], *, forgive: bool = False) -> Standing:
    """With `forgive` nobody is stopped for what is on record."""
    standing = Standing()
    for record in records:
        standing.add(record, forgiven=forgive)
    return standing


def plan(config: LeagueConfig, records: Sequence[GameRecord], standing: Standing, book: OpeningBook) -> list[Task]:
    """The games to play next, in order: all that are left, or one round where results decide what follows."""
    wanted = (key for key in _wanted(config, records, standing, book) if not standing.stopped.keys() & set(key[:2]))
    tasks: list[Task] = []
    number = standing.last_number
    for black, white, index in wanted:
        opening = book[index]
        before = standing.void.get((black, white, opening.name))
        if before is None:
            number += 1
            tasks.append(Task(number, black, white, opening))
        else:
            tasks.append(Task(before.number, black, white, opening, before.attempt + 1))
    return tasks


def total(config: LeagueConfig) -> int:
    """Games of the whole league; fewer are played where a target is reached or a player stopped."""
    if config.schedule == "adaptive":
        return config.games * len(config.players) // 2
    return len(pairs(config)) * config.games


def pairs(config: LeagueConfig) -> list[tuple[str, str]]:
    """Who meets whom; for `adaptive` everybody may."""
    names = [entrant.name for entrant in config.players]
    if config.schedule == "gauntlet":
        return [(a, b) for a in config.challengers for b in names if b not in config.challengers]
    if config.schedule == "ladder":
        return [(a, b) for i, a in enumerate(names) for b in names[i + 1 : i + 1 + config.neighbours]]
    return list(combinations(names, 2))


def _wanted(
    config: LeagueConfig, records: Sequence[GameRecord], standing: Standing, book: OpeningBook
) -> Iterator[tuple[str, str, int]]:
    """Black, White and opening index of games that are not finished."""
    if config.schedule == "adaptive":
        yield from _widest(config, records, standing, book)
        return
    for index in range(config.games // 2):
        round_ = [
            (black, white, index)
            for a, b in pairs(config)
            for black, white in ((a, b), (b, a))
            if (black, white, book[index].name) not in standing.finished
        ]
        yield from round_
        if config.target > 0 and any(not standing.stopped.keys() & {b, w} for b, w, _ in round_):
            return


def _widest(
    config: LeagueConfig, records: Sequence[GameRecord], standing: Standing, book: OpeningBook
) -> Iterator[tuple[str, str, int]]:
    """Unfinished pairs first, then new ones for the players known least."""
    met: Counter[frozenset[str]] = Counter()
    for a, b in pairs(config):
        while _begun(a, b, book[met[frozenset((a, b))]].name, standing):
            index = met[frozenset((a, b))]
            for black, white in ((a, b), (b, a)):
                if (black, white, book[index].name) not in standing.finished:
                    yield black, white, index
            met[frozenset((a, b))] += 1
            if book.distinct is not None and met[frozenset((a, b))] >= book.distinct:
                break
    left = total(config) - len(standing.finished)
    names = [entrant.name for entrant in config.players if entrant.name not in standing.stopped]
    for a, b in widest_pairs(records, names, config, count=min(left // 2, max(4, config.concurrency))):
        index = met[frozenset((a, b))]
        if book.distinct is not None and index >= book.distinct:
            continue
        met[frozenset((a, b))] += 1
        yield a, b, index
        yield b, a, index


def _begun(a: str, b: str, opening: str, standing: Standing) -> bool:
    known = standing.finished | standing.void.keys()
    return (a, b, opening) in known or (b, a, opening) in known

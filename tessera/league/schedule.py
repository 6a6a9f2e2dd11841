"""Which games are still to be played: a pure function of the league's file and the games on record.

Games come in pairs, one opening with both colours. What is on record is never played again, so a league can be
resumed, made longer, or given new players. Where results decide what follows (a target, adaptive pairing), games
are planned in rounds; a round that was cut off is finished before anything is decided, so that a league that was
killed ends as one that was not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, count

from tessera.interfaces.arbiter import GameRecord, Opening, Task
from tessera.league.config import LeagueConfig
from tessera.league.openings import OpeningBook
from tessera.league.standing import Standing
from tessera.ratings.widest import widest_pairs

ROUNDS = 25
"""A large league looks at its results about so many times."""
SMALLEST_ROUND = 4
"""Pairs of games, for `adaptive`."""
SPRT_ROUNDS = (16, 128)
"""Least and most pairs of games planned at a time while a test runs, a quarter of those before in between: a batch
needs many, and those that are not over when the test is decided were played for nothing."""

Wanted = tuple[str, str, Opening]
"""Black, White and opening of a game."""
Reached = Callable[[Sequence[GameRecord]], bool]
"""Whether these games tell enough."""


def plan(
    config: LeagueConfig, records: Sequence[GameRecord], standing: Standing, book: OpeningBook, reached: Reached
) -> list[Task]:
    """The games to play next, in order; none when the league is over.

    Replays of void games come alone, before anything else, so that a broken player is found out early. `reached` is
    asked before each round where the league has a target.
    """
    if config.sprt is not None:
        wanted = _next_pairs(config, records, standing, book, reached)
    elif config.schedule == "adaptive":
        wanted = _adaptive(config, records, standing, book, reached)
    elif config.target > 0:
        wanted = _round(config, records, standing, book, reached)
    else:
        wanted = _left(config, standing, book, range(config.games // 2))
    again = [game for game in wanted if _key(*game) in standing.void]
    return _tasks(again or wanted, standing)


def total(config: LeagueConfig) -> int:
    """Games of the whole league; fewer are played where a target is reached or a player stopped."""
    if config.schedule == "adaptive":
        return config.games * len(config.players) // 4 * 2
    return len(pairs(config)) * config.games


def pairs(config: LeagueConfig) -> list[tuple[str, str]]:
    """Who meets whom; for `adaptive` everybody may."""
    names = [entrant.name for entrant in config.players]
    if config.schedule == "gauntlet":
        return [(a, b) for a in config.challengers for b in names if b not in config.challengers]
    if config.schedule == "ladder":
        return [(a, b) for i, a in enumerate(names) for b in names[i + 1 : i + 1 + config.neighbours]]
    return list(combinations(names, 2))


def _tasks(games: Sequence[Wanted], standing: Standing) -> list[Task]:
    """Void games keep their number; others get the lowest that are free."""
    fresh = (number for number in count(1) if number not in standing.numbers)
    tasks = []
    for black, white, opening in games:
        before = standing.void.get((black, white, opening.name))
        if before is None:
            tasks.append(Task(next(fresh), black, white, opening))
        else:
            tasks.append(Task(before.number, black, white, opening, before.attempt + 1))
    return tasks


def _left(config: LeagueConfig, standing: Standing, book: OpeningBook, indices: range) -> list[Wanted]:
    """Games of these openings that are not finished, but for those of stopped players."""
    stopped = standing.stopped
    playing = [pair for pair in pairs(config) if not stopped.keys() & set(pair)]
    games = ((*colors, book[index]) for index in indices for pair in playing for colors in _both(*pair))
    return [game for game in games if _key(*game) not in standing.finished]


def _round(
    config: LeagueConfig, records: Sequence[GameRecord], standing: Standing, book: OpeningBook, reached: Reached
) -> list[Wanted]:
    """The first round that is not finished; none when the games outside of it reach the target."""
    last = config.games // 2
    width = max(1, last // ROUNDS)
    for start in range(0, last, width):
        indices = range(start, min(start + width, last))
        games = _left(config, standing, book, indices)
        if games:
            names = {book[index].name for index in indices}
            return [] if reached([record for record in records if record.opening not in names]) else games
    return []


def _next_pairs(
    config: LeagueConfig, records: Sequence[GameRecord], standing: Standing, book: OpeningBook, reached: Reached
) -> list[Wanted]:
    """The next games of a test that is not decided."""
    if reached(records):
        return []
    (least, most), start, last = SPRT_ROUNDS, 0, config.games // 2
    while start < last:
        end = min(start + max(least, min(start // 4, most)), last)
        if games := _left(config, standing, book, range(start, end)):
            return games
        start = end
    return []


def _adaptive(
    config: LeagueConfig, records: Sequence[GameRecord], standing: Standing, book: OpeningBook, reached: Reached
) -> list[Wanted]:
    """The missing halves of pairs of games; where there are none, new pairs for the players known least."""
    begun = _begun(standing)
    halves = list(_halves(config, standing, book, begun))
    if halves or reached(records):
        return halves
    names = [entrant.name for entrant in config.players]
    left = (total(config) - standing.finished_among(names)) // 2
    size = max(SMALLEST_ROUND, config.concurrency, total(config) // (2 * ROUNDS))
    playing = [name for name in names if name not in standing.stopped]
    games: list[Wanted] = []
    for a, b in widest_pairs(records, playing, players=names, anchors=config.anchors, count=max(0, min(left, size))):
        known = begun[frozenset((a, b))]
        opening = next(book[index] for index in count() if book[index].name not in known)
        known.add(opening.name)
        games += [(*colors, opening) for colors in _both(a, b)]
    return games


def _begun(standing: Standing) -> defaultdict[frozenset[str], set[str]]:
    """The openings that two players have begun."""
    begun: defaultdict[frozenset[str], set[str]] = defaultdict(set)
    for black, white, opening in (*standing.finished, *standing.void):
        begun[frozenset((black, white))].add(opening)
    return begun


def _halves(
    config: LeagueConfig, standing: Standing, book: OpeningBook, begun: defaultdict[frozenset[str], set[str]]
) -> Iterator[Wanted]:
    """Games that are not finished of openings that were begun, but for those of stopped players."""
    limit = len(standing.finished) + len(standing.void) + total(config)
    stopped = standing.stopped
    for pair in pairs(config):
        names = set(begun[frozenset(pair)]) if not stopped.keys() & set(pair) else set()
        for index in range(limit):  # no opening has a higher index, for each pair takes the first that is free
            if not names:
                break
            opening = book[index]
            if opening.name in names:
                names.remove(opening.name)
                games = [(*colors, opening) for colors in _both(*pair)]
                yield from (game for game in games if _key(*game) not in standing.finished)


def _both(a: str, b: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (a, b), (b, a)


def _key(black: str, white: str, opening: Opening) -> tuple[str, str, str]:
    return black, white, opening.name

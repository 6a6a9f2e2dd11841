"""From records to numbers: which games count, and for how much.

Conventions: scores are Black's points, 1 won, 1/2 drawn, 0 lost; a void game counts for nobody. A number that was
played again counts once, with its last attempt that was not void.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from tessera.errors import BadValue, listed
from tessera.interfaces.arbiter import VOID, GameRecord
from tessera.ratings.bradley_terry import DEFAULT_PRIOR, Ratings, fit

FORFEITS = ("F", "T")
"""What stands behind the '+' of a game lost by an illegal move or on time."""


class Result(Protocol):
    """What `rate` asks of a game."""

    @property
    def black(self) -> str: ...

    @property
    def white(self) -> str: ...

    @property
    def result(self) -> str: ...


def black_score(result: str) -> float:
    """Black's points of an SGF result that is not void."""
    if result == "0":
        return 0.5
    if result[:2] in ("B+", "W+"):
        return 1.0 if result[0] == "B" else 0.0
    raise BadValue("result", result, "'B+...', 'W+...' or '0'")


def forfeited(record: GameRecord) -> str:
    """Who lost this game by an illegal move or on time; nobody is ''."""
    if record.result[2:] not in FORFEITS:
        return ""
    return record.white if record.result[0] == "B" else record.black


def counted(records: Iterable[GameRecord]) -> list[GameRecord]:
    """The games that count, in the order of their numbers.

    A number means one task of one league: records of several leagues have to be told apart before, as the same
    number with other players or another opening is an error.
    """
    last: dict[int, GameRecord] = {}
    for record in records:
        if record.result == VOID:
            continue
        known = last.get(record.number)
        if known is not None and _task(known) != _task(record):
            raise BadValue("number", record.number, "one pairing for each number", "number the leagues apart")
        if known is None or record.attempt >= known.attempt:
            last[record.number] = record
    return [last[number] for number in sorted(last)]


class Pairs:
    """The colour-swapped pairs of two players as their games end, for a test that looks at one after the other.

    Games are looked at in the order of their numbers, that is of their openings, and only as far as none is missing:
    which games end first depends on their length, and must not decide a test.
    """

    def __init__(self, player: str, opponent: str) -> None:
        self._names = {player, opponent}
        self._player = player
        self._next = 1
        self._waiting: dict[int, GameRecord] = {}
        self._halves: dict[tuple[str, str], float] = {}
        """(opening, Black) of a game without its partner -> points of `player`."""

    def add(self, record: GameRecord) -> Iterator[float]:
        """Takes in a game; yields the pairs that are complete now, as points of `player`, 0 to 2."""
        if record.result == VOID or record.number < self._next:
            return
        self._waiting[record.number] = record
        while (game := self._waiting.pop(self._next, None)) is not None:
            self._next += 1
            if {game.black, game.white} == self._names:
                yield from self._pair(game)

    def _pair(self, game: GameRecord) -> Iterator[float]:
        score = black_score(game.result)
        points = score if game.black == self._player else 1.0 - score
        partner = self._halves.pop((game.opening, game.white), None)
        if partner is None:
            self._halves[game.opening, game.black] = points
        else:
            yield points + partner


def rate(
    games: Sequence[Result],
    players: Sequence[str],
    *,
    anchors: Mapping[str, float] | None = None,
    prior: float = DEFAULT_PRIOR,
) -> Ratings:
    """Ratings of `players`, by name, from games that count."""
    index = {name: i for i, name in enumerate(players)}
    unknown = [name for name in anchors or {} if name not in index]
    if unknown:
        raise BadValue("anchor", unknown[0], f"one of {listed(players) or 'no players'}")
    return fit(
        players,
        [index[game.black] for game in games],
        [index[game.white] for game in games],
        [black_score(game.result) for game in games],
        prior=prior,
        anchors={index[name]: elo for name, elo in (anchors or {}).items()},
    )


def _task(record: GameRecord) -> tuple[str, str, str]:
    return record.black, record.white, record.opening

"""From records to numbers: which games count, and for how much.

Conventions: scores are Black's points, 1 won, 1/2 drawn, 0 lost; a void game counts for nobody. A number that was
played again counts once, with its last attempt that was not void.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tessera.errors import BadValue, listed
from tessera.interfaces.arbiter import VOID, GameRecord
from tessera.ratings.bradley_terry import DEFAULT_PRIOR, Ratings, fit

FORFEITS = ("F", "T")
"""What stands behind the '+' of a game lost by an illegal move or on time."""


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


def pair_counts(games: Iterable[GameRecord], player: str, opponent: str) -> tuple[int, ...]:
    """[5] colour-swapped pairs by the points of `player`: 0, 1/2, 1, 3/2, 2 (what `elo.py` and `sprt.py` take).

    Games of one opening are paired in their order, one of each colour; a game without its partner is left out.
    """
    by_opening: defaultdict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for game in games:
        if (game.black, game.white) == (player, opponent):
            by_opening[game.opening][0].append(black_score(game.result))
        elif (game.black, game.white) == (opponent, player):
            by_opening[game.opening][1].append(1.0 - black_score(game.result))
    counts = [0] * 5
    for as_black, as_white in by_opening.values():
        for one, other in zip(as_black, as_white, strict=False):
            counts[round(2 * (one + other))] += 1
    return tuple(counts)


def rate(
    games: Sequence[GameRecord],
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

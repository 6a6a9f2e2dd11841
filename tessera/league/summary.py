"""What the reports of a league show, computed from its records.

Conventions: Elo is relative to the anchor (or to the mean of all players where there is none), intervals hold 95%,
scores are points per game with draws as half a point. Void games count as voids and nowhere else; a number that was
played again counts once (`counting.py`). How ratings come about stands in `ratings/bradley_terry.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tessera.errors import BadValue
from tessera.interfaces.arbiter import VOID, GameRecord
from tessera.ratings.bradley_terry import DEFAULT_PRIOR, PairFit, Ratings
from tessera.ratings.connect import components
from tessera.ratings.counting import black_score, counted, forfeited, rate
from tessera.rules.coords import BLACK

Counts = tuple[int, int, int]


@dataclass(frozen=True)
class Row:
    """One player."""

    name: str
    elo: float
    low: float
    """Lower end of the 95% interval; the anchor's is its Elo."""
    high: float
    anchored: bool
    games: int
    wins: int
    draws: int
    losses: int
    score: float
    """Points per game, 0 to 1; 0 before the first game."""
    mean_moves: float
    """Length of the player's games in moves of both sides, opening and passes included."""
    seconds_per_move: float
    """Thinking time by moves of the player's colour, those of the opening included."""
    forfeits: int
    """Losses by an illegal move or on time."""
    voids: int
    """Games this player made void."""


@dataclass(frozen=True)
class Summary:
    """A league up to now."""

    title: str
    size: int
    """0 without a record, like the komi."""
    komi: float
    rules: str
    rows: tuple[Row, ...]
    """Best first."""
    cross: Mapping[tuple[str, str], Counts]
    """Wins, draws and losses of the first named against the second, both colours together; pairs that have met."""
    superiority: NDArray[np.float64]
    """[n, n] in the order of `rows`: the likelihood that row i is stronger than column j."""
    first_player: tuple[float, float, float]
    """Black's advantage in Elo at this komi, and the ends of its 95% interval."""
    games: int
    """That count."""
    unique_games: int
    """Distinct move sequences among them."""
    duplicates: int
    voids: int
    components: tuple[tuple[str, ...], ...]
    """Players tied together by games or by anchors; ratings compare within one of these only."""
    surprises: tuple[str, ...]
    """Pairs whose score the ratings cannot explain, one line each."""

    def as_dict(self) -> dict[str, Any]:
        """Plain finite values for JSON; `cross` as a list of one entry for each ordered pair."""
        cross = [
            {"player": a, "opponent": b, "wins": w, "draws": d, "losses": lost}
            for (a, b), (w, d, lost) in self.cross.items()
        ]
        plain = {name: value for name, value in vars(self).items() if name not in ("rows", "cross", "superiority")}
        plain |= {"first_player": list(self.first_player), "surprises": list(self.surprises)}
        plain["components"] = [list(group) for group in self.components]
        rows = [asdict(row) for row in self.rows]
        return {**plain, "rows": rows, "cross": cross, "superiority": self.superiority.tolist()}


def summarise(
    records: Iterable[GameRecord],
    *,
    title: str = "",
    anchors: Mapping[str, float] | None = None,
    players: Sequence[str] = (),
    prior: float = DEFAULT_PRIOR,
) -> Summary:
    """The league so far; `players` are listed even before they have played.

    Raises `BadValue` where the records differ in board size, komi or rules (their Elo would mean nothing), where an
    anchor is no player, and with `prior=0` where no finite ratings exist.
    """
    everything = list(records)
    size, komi, rules = _setting(everything)
    games = counted(everything)
    names = list(dict.fromkeys([*players, *(name for r in everything for name in (r.black, r.white))]))
    ratings = rate(games, names, anchors=anchors, prior=prior)
    order = sorted(range(len(names)), key=lambda i: (-ratings.elo[i], names[i]))
    unique = len({game.moves or game.number for game in games})  # results alone show no repetition
    cross = _cross(games)
    return Summary(
        title=title,
        size=size,
        komi=komi,
        rules=rules,
        rows=tuple(_rows(ratings, order, games, everything, cross)),
        cross=cross,
        superiority=ratings.superiority()[np.ix_(order, order)],
        first_player=(ratings.first_player, *ratings.first_player_interval()),
        games=len(games),
        unique_games=unique,
        duplicates=len(games) - unique,
        voids=sum(record.result == VOID for record in everything),
        components=_components(ratings, order),
        surprises=tuple(_surprise(names, pair) for pair in ratings.surprises()),
    )


def _setting(records: Sequence[GameRecord]) -> tuple[int, float, str]:
    """Board size, komi and rules of all records."""
    settings = sorted({(record.size, record.komi, record.rules) for record in records})
    if len(settings) > 1:
        raise BadValue("records", settings[:2], "one board size, komi and set of rules", "rate them apart")
    return settings[0] if settings else (0, 0.0, "")


def _cross(games: Sequence[GameRecord]) -> dict[tuple[str, str], Counts]:
    """Both orders of each pair."""
    cross: dict[tuple[str, str], Counts] = {}
    for game in games:
        score = black_score(game.result)
        for pair, points in (((game.black, game.white), score), ((game.white, game.black), 1.0 - score)):
            w, d, lost = cross.get(pair, (0, 0, 0))
            cross[pair] = (w + (points == 1.0), d + (points == 0.5), lost + (points == 0.0))
    return cross


@dataclass
class _Usage:
    """What a player's games took, added up."""

    games: int = 0
    moves: int = 0
    own_moves: int = 0
    seconds: float = 0.0
    forfeits: int = 0


def _usage(games: Sequence[GameRecord]) -> dict[str, _Usage]:
    """By player."""
    usage: dict[str, _Usage] = {}
    for game in games:
        blacks = sum(color == BLACK for color, _ in game.moves)
        own = (blacks, len(game.moves) - blacks)
        for name, moves, seconds in zip((game.black, game.white), own, game.seconds, strict=True):
            player = usage.setdefault(name, _Usage())
            player.games += 1
            player.moves += len(game.moves)
            player.own_moves += moves
            player.seconds += seconds
            player.forfeits += forfeited(game) == name
    return usage


def _rows(
    ratings: Ratings,
    order: Sequence[int],
    games: Sequence[GameRecord],
    records: Sequence[GameRecord],
    cross: Mapping[tuple[str, str], Counts],
) -> Iterable[Row]:
    usage, nothing = _usage(games), _Usage()
    culprits = [record.culprit for record in records if record.result == VOID]
    for i in order:
        name = ratings.players[i]
        used = usage.get(name, nothing)
        wins, draws, losses = (sum(row[k] for (player, _), row in cross.items() if player == name) for k in range(3))
        low, high = ratings.interval(i)
        yield Row(
            name=name,
            elo=float(ratings.elo[i]),
            low=low,
            high=high,
            anchored=i in ratings.anchors,
            games=used.games,
            wins=wins,
            draws=draws,
            losses=losses,
            score=(wins + 0.5 * draws) / max(used.games, 1),
            mean_moves=used.moves / max(used.games, 1),
            seconds_per_move=used.seconds / max(used.own_moves, 1),
            forfeits=used.forfeits,
            voids=culprits.count(name),
        )


def _components(ratings: Ratings, order: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    """Groups and their members best first; anchors, whose differences are given, count as tied."""
    place = {i: rank for rank, i in enumerate(order)}
    pinned = [place[i] for i in ratings.anchors]
    edges = [(place[pair.first], place[pair.second]) for pair in ratings.pairs]
    groups = components(len(order), [*edges, *((pinned[0], other) for other in pinned[1:])])
    return tuple(tuple(ratings.players[order[rank]] for rank in group) for group in groups)


def _surprise(names: Sequence[str], pair: PairFit) -> str:
    """'a scored 12 of 20 against b, the ratings expect 18.4 (3.6 sigma)'."""
    one, other = names[pair.first], names[pair.second]
    expected = f"the ratings expect {pair.expected:.1f} ({abs(pair.distance):.1f} sigma)"
    return f"{one} scored {pair.score:g} of {pair.games:g} against {other}, {expected}"

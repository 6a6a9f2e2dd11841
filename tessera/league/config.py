"""A league's file: who plays whom, how often, under which rules. `example.py` holds one to start from.

[[players]]                      # our own program
name = "net-64"
ckpt = "final.pth"               # the shipped network without it; paths are relative to this file
visits = 64
[[players]]                      # a program outside, by its profile (`tessera engines list`)
name = "gnugo-10"
engine = "gnugo"
settings = { level = 10 }
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from tessera.clock import TimeControl, canadian
from tessera.config import read_toml
from tessera.errors import BadValue
from tessera.interfaces.arbiter import Entrant
from tessera.league.entrants import parse_players
from tessera.league.values import choice, number, place, refuse_unknown, text, typed, whole
from tessera.ratings.sprt import Sprt
from tessera.rules.coords import MAX_SIZE, MIN_SIZE
from tessera.rules.ruleset import PRESETS, Ruleset, parse_ruleset

SCHEDULES = ("round-robin", "gauntlet", "ladder", "adaptive")
MAX_TITLE = 200
SPRT_GAMES = 20_000
"""After so many games an undecided test gives up, unless the file says another number."""
MAX_SECONDS = 1_000_000


@dataclass(frozen=True)
class Openings:
    """What every pair of games begins with, once with each colour."""

    kind: str = "random"
    """'random': legal random moves. 'book': the first moves of the SGF files in `folder`."""
    moves: int = 4
    folder: str = ""
    """The folder of a book of SGF files; absolute."""


@dataclass(frozen=True)
class LeagueConfig:
    """A league. Every field is a key of the file."""

    players: tuple[Entrant, ...]
    title: str = ""
    size: int = 9
    rules: str = "chinese-kgs"
    """A preset's name."""
    komi: float = 7.0
    seed: int = 1
    """The openings and the engines draw from this seed."""
    schedule: str = "round-robin"
    """round-robin; gauntlet: the `challengers` against all others; ladder: each against its neighbours in the
    order of the file; adaptive: whoever's interval is widest, against who tells most about it."""
    games: int = 20
    """Games for each pair, half with each colour; for `adaptive` the most games of a player on average."""
    target: float = 0.0
    """Stop when every player's 95% interval is within ± this many Elo; 0 never stops early."""
    challengers: tuple[str, ...] = ()
    """In a gauntlet, the players who meet all others."""
    neighbours: int = 2
    """In a ladder, how many players on each side a player meets."""
    concurrency: int = 1
    """Games of engines at the same time."""
    patience: float = 60.0
    """Seconds after which an engine that owes an answer counts as hung."""
    arbiter: str = "auto"
    """Who plays the games; auto takes the best one that accepts a pair."""
    sprt: Sprt | None = None
    """Two players only: stop as soon as it is decided whether the first is `elo0` or `elo1` stronger."""
    openings: Openings = Openings()
    time: TimeControl | None = None
    anchors: Mapping[str, float] = field(default_factory=dict)
    """Elo of players whose strength is known; GnuGo 3.8 at level 10 is 1800 by convention."""

    @property
    def ruleset(self) -> Ruleset:
        return parse_ruleset(self.rules)

    @property
    def entrants(self) -> dict[str, Entrant]:
        return {entrant.name: entrant for entrant in self.players}


def read_league(path: Path) -> LeagueConfig:
    """A league's file, every key and value checked. Raises `BadValue` that begins with the path."""
    try:
        return parse_league(read_toml(path, "file", cure="tessera league init writes one"), folder=path.parent)
    except BadValue as error:
        raise BadValue(f"{path}: {error.name}", error.value, error.allowed, error.cure) from None


def parse_league(table: Mapping[str, Any], *, folder: Path) -> LeagueConfig:
    """The same from a table; relative paths are taken from `folder`."""
    refuse_unknown("league", table, [each.name for each in fields(LeagueConfig)])
    players = parse_players(table.get("players"), folder=folder)
    given: dict[str, Any] = {key: PARSERS[key](key, value, folder) for key, value in table.items() if key != "players"}
    if "sprt" in given:
        given.setdefault("games", SPRT_GAMES)
    config = LeagueConfig(players=players, **given)
    _check_together(config)
    return config


def _check_together(config: LeagueConfig) -> None:
    """What one value asks of another."""
    names = [entrant.name for entrant in config.players]
    most = config.size**2
    number("komi", config.komi, -most, most)
    for key, listed in (("anchors", tuple(config.anchors)), ("challengers", config.challengers)):
        for name in listed:
            choice(key, name, names)
    if len(set(config.challengers)) < len(config.challengers):
        raise BadValue("challengers", list(config.challengers), "each name once")
    if config.sprt is not None and (len(names) != 2 or config.schedule != "round-robin" or config.target > 0):
        raise BadValue("sprt", "a test", "for two players that meet round-robin, without a target")
    if config.schedule == "gauntlet" and not 0 < len(config.challengers) < len(names):
        raise BadValue("challengers", list(config.challengers), "for a gauntlet: some of the players, not all")


def _rules(where: str, value: Any, folder: Path) -> str:
    """Presets only, for records and engines know rules by their names."""
    try:
        name = parse_ruleset(text(where, value)).name
    except BadValue:
        name = ""
    if name not in PRESETS:
        raise BadValue(where, value, ", ".join(PRESETS))
    return name


def _komi(where: str, value: Any, folder: Path) -> float:
    komi = number(where, value, -(MAX_SIZE**2), MAX_SIZE**2)
    if 2 * komi != round(2 * komi):
        raise BadValue(where, value, "half points, such as 7 or 6.5")
    return komi


def _games(where: str, value: Any, folder: Path) -> int:
    if whole(where, value, 2, 100_000) % 2:
        raise BadValue(where, value, "an even number, for every opening is played with both colours")
    return int(value)


def _openings(where: str, value: Any, folder: Path) -> Openings:
    table = typed(where, value, dict)
    refuse_unknown(where, table, [each.name for each in fields(Openings)])
    kind = choice(f"{where}: kind", table.get("kind", Openings.kind), ("random", "book"))
    moves = whole(f"{where}: moves", table.get("moves", Openings.moves), 0, 60)
    if kind == "random":
        if "folder" in table:
            raise BadValue(f"{where}: folder", table["folder"], 'absent where kind is not "book"')
        return Openings(kind, moves)
    book = place(f"{where}: folder", table.get("folder"), folder)
    if not Path(book).is_dir():
        raise BadValue(f"{where}: folder", table["folder"], f"a folder with SGF files; {book} is none")
    return Openings(kind, moves, book)


def _time(where: str, value: Any, folder: Path) -> TimeControl:
    table = typed(where, value, dict)
    refuse_unknown(where, table, ["main", "period", "stones"])
    main, period = (
        number(f"{where}: {key}", table.get(key, 0), 0, MAX_SECONDS, unit="seconds") for key in ("main", "period")
    )
    stones = whole(f"{where}: stones", table.get("stones", 1 if period else 0), 0, 1000)
    if main + period <= 0 or (stones > 0) != (period > 0):
        raise BadValue(where, dict(table), "main or period above 0, and stones where there is a period")
    return canadian(main, period, stones)


def _sprt(where: str, value: Any, folder: Path) -> Sprt:
    table = typed(where, value, dict)
    names = [each.name for each in fields(Sprt)]
    refuse_unknown(where, table, names)
    bounds = {key: number(f"{where}: {key}", table.get(key), -1000, 1000, unit="Elo") for key in ("elo0", "elo1")}
    rates = {key: number(f"{where}: {key}", table[key], 0, 1) for key in ("alpha", "beta") if key in table}
    try:
        return Sprt(**bounds, **rates, model=table.get("model", Sprt.model))
    except BadValue as error:
        raise BadValue(f"{where}: {error.name}", error.value, error.allowed, error.cure) from None


def _anchors(where: str, value: Any, folder: Path) -> dict[str, float]:
    table = typed(where, value, dict)
    return {name: number(f"{where}: {name}", elo, -10_000, 10_000, unit="Elo") for name, elo in table.items()}


PARSERS = {
    "title": lambda where, value, folder: text(where, value, longest=MAX_TITLE, empty=True),
    "size": lambda where, value, folder: whole(where, value, MIN_SIZE, MAX_SIZE),
    "rules": _rules,
    "komi": _komi,
    "seed": lambda where, value, folder: whole(where, value, 0, 2**31 - 1),
    "schedule": lambda where, value, folder: choice(where, value, SCHEDULES),
    "games": _games,
    "target": lambda where, value, folder: number(where, value, 0, 9999, unit="Elo"),
    "challengers": lambda where, value, folder: tuple(typed(where, value, list)),
    "neighbours": lambda where, value, folder: whole(where, value, 1, 100),
    "concurrency": lambda where, value, folder: whole(where, value, 1, 256),
    "patience": lambda where, value, folder: number(where, value, 0.1, 3600, unit="seconds"),
    "arbiter": lambda where, value, folder: text(where, value),
    "sprt": _sprt,
    "openings": _openings,
    "time": _time,
    "anchors": _anchors,
}
"""(where, value, the file's folder) -> the checked value, for every key but the players."""

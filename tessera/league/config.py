"""A league's file: who plays whom, how often, under which rules. `EXAMPLE` is one to start from.

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

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from tessera.errors import BadValue
from tessera.interfaces.arbiter import Entrant, TimeControl
from tessera.rules.coords import MAX_SIZE, MIN_SIZE
from tessera.rules.ruleset import Ruleset, parse_ruleset

SCHEDULES = ("round-robin", "gauntlet", "ladder", "adaptive")
OWN_SETTINGS = ("ckpt", "player", "visits", "seconds", "level", "evaluator", "device", "threads", "resign", "set")
ENGINE_SETTINGS = ("engine", "command", "settings", "setup", "seconds", "program", "folder")
MAX_FILE_BYTES = 1 << 20
MAX_NAME = 60


@dataclass(frozen=True)
class Openings:
    """What every pair of games begins with, once with each colour."""

    kind: str = "random"
    """'random': legal random moves. 'book': the first moves of the SGF files in `folder`."""
    moves: int = 4
    folder: str = ""


@dataclass(frozen=True)
class LeagueConfig:
    """A league. Every field is a key of the file."""

    players: tuple[Entrant, ...]
    title: str = ""
    size: int = 9
    rules: str = "chinese-kgs"
    komi: float = 7.0
    seed: int = 1
    """Of the openings and of the engines."""
    schedule: str = "round-robin"
    """round-robin; gauntlet: the `challengers` against all others; ladder: each against its neighbours in the
    order of the file; adaptive: whoever's interval is widest, against who tells most about it."""
    games: int = 20
    """Games for each pair, half with each colour; for `adaptive` the most games of a player on average."""
    target: float = 0.0
    """Stop when every player's 95% interval is within ± this many Elo; 0 never stops early."""
    challengers: tuple[str, ...] = ()
    neighbours: int = 2
    """Of a ladder, on each side."""
    concurrency: int = 1
    """Games of engines at the same time."""
    patience: float = 60.0
    """Seconds after which an engine that owes an answer counts as hung."""
    arbiter: str = "auto"
    """Who plays the games; auto takes the best one that accepts a pair."""
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
    """A league's file, every key and value checked. Raises `BadValue`."""
    where = str(path)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadValue(where, f"{path.stat().st_size} bytes", f"up to {MAX_FILE_BYTES}")
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadValue("league file", where, "a file that can be read", error.strerror or "") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadValue("league file", f"{where}: {error}", "a TOML file") from None
    return parse_league(table, folder=path.parent)


def parse_league(table: Mapping[str, Any], *, folder: Path) -> LeagueConfig:
    """The same from a table; relative paths are taken from `folder`."""
    known = [each.name for each in fields(LeagueConfig)]
    _refuse_unknown("league", table, known)
    values = dict(table)
    players = values.pop("players", None)
    if not isinstance(players, list) or len(players) < 2:
        raise BadValue("players", players, "two or more [[players]] tables")
    entrants = tuple(_entrant(number, entry, folder) for number, entry in enumerate(players, 1))
    if "openings" in values:
        values["openings"] = _openings(_typed("openings", values["openings"], dict), folder)
    if "time" in values:
        values["time"] = _time(_typed("time", values["time"], dict))
    if "challengers" in values:
        values["challengers"] = tuple(_typed("challengers", values["challengers"], list))
    for name in ("komi", "target", "patience"):
        if name in values:
            values[name] = _number(name, values[name])
    config = LeagueConfig(players=entrants, **values)
    _check(config)
    return config


def _check(config: LeagueConfig) -> None:
    names = [entrant.name for entrant in config.players]
    for name in names:
        if names.count(name) > 1:
            raise BadValue("players: name", name, "a name of its own for every player")
    _range("size", config.size, MIN_SIZE, MAX_SIZE)
    _range("games", config.games, 1, 100_000)
    _range("concurrency", config.concurrency, 1, 256)
    _range("neighbours", config.neighbours, 1, 100)
    _range("seed", config.seed, 0, 2**31 - 1)
    parse_ruleset(_typed("rules", config.rules, str))
    if not (abs(config.komi) <= config.size**2 and 2 * config.komi == round(2 * config.komi)):
        raise BadValue("komi", config.komi, f"-{config.size**2} to {config.size**2} in half points")
    if not 0 <= config.target < 10_000:
        raise BadValue("target", config.target, "0 to 9999 Elo")
    if not 0.1 <= config.patience <= 3600:
        raise BadValue("patience", config.patience, "0.1 to 3600 seconds")
    if config.schedule not in SCHEDULES:
        raise BadValue("schedule", config.schedule, ", ".join(SCHEDULES))
    if config.schedule != "adaptive" and config.games % 2:
        raise BadValue("games", config.games, "an even number, for every opening is played with both colours")
    for key, listed in (("anchors", tuple(config.anchors)), ("challengers", config.challengers)):
        for name in listed:
            if name not in names:
                raise BadValue(key, name, ", ".join(names))
    for name, elo in config.anchors.items():
        _number(f"anchors: {name}", elo)
    if config.schedule == "gauntlet" and not 0 < len(config.challengers) < len(names):
        raise BadValue("challengers", list(config.challengers), "for a gauntlet: some of the players, not all")


def _entrant(number: int, entry: Any, folder: Path) -> Entrant:
    where = f"player {number}"
    entry = dict(_typed(where, entry, dict))
    name = _typed(f"{where}: name", entry.pop("name", None), str)
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise BadValue(f"{where}: name", name, f"1 to {MAX_NAME} printable characters")
    external = "engine" in entry or "command" in entry
    _refuse_unknown(f"player {name!r}", entry, ENGINE_SETTINGS if external else OWN_SETTINGS)
    if "engine" in entry and "command" in entry:
        raise BadValue(f"player {name!r}", "engine and command", "one of the two")
    if external:
        if "folder" in entry:
            entry["folder"] = str((folder / Path(_typed(f"player {name!r}: folder", entry["folder"], str))).resolve())
        if "engine" in entry:
            entry["profile"] = _typed(f"player {name!r}: engine", entry.pop("engine"), str)
        return Entrant(name, "engine", entry)
    for key in ("visits", "seconds"):
        if key in entry and not _number(f"player {name!r}: {key}", entry[key]) > 0:
            raise BadValue(f"player {name!r}: {key}", entry[key], "more than 0")
    ckpt = entry.get("ckpt")
    if ckpt is not None and "://" not in _typed(f"player {name!r}: ckpt", ckpt, str):
        entry["ckpt"] = str((folder / Path(ckpt).expanduser()).resolve())
    return Entrant(name, "tessera", entry)


def _openings(table: Mapping[str, Any], folder: Path) -> Openings:
    _refuse_unknown("openings", table, ("kind", "moves", "folder"))
    openings = Openings(**table)
    if openings.kind not in ("random", "book"):
        raise BadValue("openings: kind", openings.kind, "random, book")
    _range("openings: moves", openings.moves, 0, 60)
    if openings.kind == "book":
        place = folder / Path(_typed("openings: folder", openings.folder, str)).expanduser()
        if not openings.folder or not place.is_dir():
            raise BadValue("openings: folder", openings.folder, "a folder with SGF files")
        return Openings(openings.kind, openings.moves, str(place.resolve()))
    return openings


def _time(table: Mapping[str, Any]) -> TimeControl:
    _refuse_unknown("time", table, ("main", "period", "stones"))
    main, period = (_number(f"time: {key}", table.get(key, 0)) for key in ("main", "period"))
    stones = table.get("stones", 1 if period else 0)
    _range("time: stones", stones, 0, 1000)
    if main < 0 or period < 0 or main + period <= 0 or (stones > 0) != (period > 0):
        raise BadValue("time", dict(table), "main and period of 0 or more seconds, not both 0, stones with a period")
    return TimeControl(main, period, stones)


def _refuse_unknown(where: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in table:
        if key not in known:
            raise BadValue(f"{where}: key", key, ", ".join(known))


KINDS: dict[type[Any], str] = {str: "text", dict: "a table", list: "a list"}


def _typed(where: str, value: Any, kind: type[Any]) -> Any:
    if not isinstance(value, kind):
        raise BadValue(where, value, KINDS[kind])
    return value


def _number(where: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadValue(where, value, "a number")
    return float(value)


def _range(where: str, value: Any, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadValue(where, value, f"{low} to {high}")


EXAMPLE = """\
# tessera league run league.toml
title = "First league"
size = 9
rules = "chinese-kgs"        # area scoring, positional superko; what GnuGo, KataGo and Pachi can all play
komi = 7.0
seed = 1
schedule = "round-robin"     # or gauntlet, ladder, adaptive
games = 20                   # for each pair, half with each colour
target = 0                   # stop when every interval is within this many Elo; 0 plays all games
concurrency = 2              # games of engines at the same time

[openings]
kind = "random"              # or book, with folder = "openings/" holding SGF files
moves = 4

[anchors]
"GnuGo level 10" = 1800

[[players]]
name = "random"
player = "random"

[[players]]
name = "shipped, policy only"
player = "policy"

[[players]]
name = "shipped, 32 visits"  # ckpt = "final.pth" plays another network
visits = 32

[[players]]
name = "GnuGo level 10"
engine = "gnugo"
settings = { level = 10 }
"""
"""What `tessera league init` writes."""

"""The [[players]] of a league's file: what each table may say.

What is checked here needs nothing but the table; whether a checkpoint, a profile or a program is there shows
when the league is opened (`run.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tessera.errors import BadValue
from tessera.interfaces.arbiter import Entrant
from tessera.league.values import number, place, refuse_unknown, text, typed, whole
from tessera.ranks.levels import LEVELS
from tessera.ranks.scale import elo_of_rank

ENGINE_SETTINGS = ("engine", "command", "settings", "setup", "seconds", "program", "folder")
MAX_NAME = 60
MAX_PLAYERS = 200

Check = Callable[[str, Any], object]


def _resign(where: str, value: Any) -> None:
    if value != "off":
        try:
            number(where, value, 0, 1)
        except BadValue:
            raise BadValue(where, value, "'off', or a win rate from 0 to 1") from None


def _rank(where: str, value: Any) -> None:
    try:
        elo_of_rank(text(where, value))
    except BadValue as error:
        raise BadValue(where, value, error.allowed) from None


OWN_SETTINGS: dict[str, Check] = {
    "ckpt": text,
    "player": text,
    "visits": lambda where, value: whole(where, value, 1, 1_000_000),
    "seconds": lambda where, value: number(where, value, 0.001, 86400),
    "level": lambda where, value: whole(where, value, 1, LEVELS),
    "rank": _rank,
    "elo": lambda where, value: number(where, value, -10_000, 10_000, unit="Elo"),
    "evaluator": text,
    "device": text,
    "threads": lambda where, value: whole(where, value, 1, 1024),
    "resign": _resign,
    "set": lambda where, value: typed(where, value, dict),
}
"""Keys of a player of this program, each with its check."""


def parse_players(tables: Any, *, folder: Path) -> tuple[Entrant, ...]:
    """The players in the order of the file; relative paths are taken from `folder`."""
    if not isinstance(tables, list) or not 2 <= len(tables) <= MAX_PLAYERS:
        shown = f"{len(tables)} tables" if isinstance(tables, list) else tables
        raise BadValue("players", shown, f"2 to {MAX_PLAYERS} [[players]] tables")
    players = tuple(_player(number, table, folder) for number, table in enumerate(tables, 1))
    names = [player.name for player in players]
    for name in names:
        if names.count(name) > 1:
            raise BadValue("players: name", name, "a name of its own for every player")
    return players


def _player(number: int, table: Any, folder: Path) -> Entrant:
    settings = dict(typed(f"player {number}", table, dict))
    name = text(f"player {number}: name", settings.pop("name", None), longest=MAX_NAME)
    where = f"player {name!r}"
    if "engine" in settings or "command" in settings:
        return Entrant(name, "engine", _engine(where, settings, folder))
    return Entrant(name, "tessera", _own(where, settings, folder))


def _engine(where: str, settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    refuse_unknown(where, settings, ENGINE_SETTINGS)
    if "engine" in settings and "command" in settings:
        raise BadValue(where, "engine and command", "one of the two")
    told = dict(settings)
    if "folder" in told:
        told["folder"] = place(f"{where}: folder", told["folder"], folder)
    if "engine" in told:
        told["profile"] = text(f"{where}: engine", told.pop("engine"))
    return told


def _own(where: str, settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    known: Sequence[str] = list(OWN_SETTINGS)
    refuse_unknown(where, settings, [*known, "engine", "command"])
    for key, value in settings.items():
        OWN_SETTINGS[key](f"{where}: {key}", value)
    told = dict(settings)
    if "ckpt" in told and "://" not in told["ckpt"]:
        told["ckpt"] = place(f"{where}: ckpt", told["ckpt"], folder)
    return told

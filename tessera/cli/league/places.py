"""Finding a league on disk."""

from __future__ import annotations

from pathlib import Path

from tessera.errors import BadValue
from tessera.interfaces.arbiter import GameRecord
from tessera.league.folder import LeagueFolder
from tessera.league.records import read_records
from tessera.league.summary import Summary, summarise


def load(path: Path) -> tuple[Summary, list[GameRecord]]:
    """The league in a folder, running or not. Raises `BadValue` for a folder that holds none."""
    folder = LeagueFolder(path)
    told = folder.description()
    if told is None:
        raise BadValue("FOLDER", str(path), "the folder of a league", "tessera league run makes one")
    records = list(read_records(folder.games)) if folder.games.exists() else []
    players = list(told["players"])
    return summarise(records, title=str(told.get("title", "")), anchors=told["anchors"], players=players), records

"""Finding a league on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tessera.errors import BadValue

if TYPE_CHECKING:
    from tessera.interfaces.arbiter import GameRecord
    from tessera.league.summary import Summary


@dataclass(frozen=True)
class Found:
    """A league, running or not."""

    path: Path
    summary: Summary
    records: list[GameRecord]
    planned: int
    """Games of the whole league; fewer where a target is reached or a player stopped."""
    stopped: Mapping[str, str]
    """Players who made a game void twice, and why."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return as_dict(self.path, self.planned, self.stopped, self.summary)


def load(path: Path) -> Found:
    """The league in a folder. Raises `BadValue` for a folder that holds none."""
    from tessera.league.folder import LeagueFolder
    from tessera.league.records import read_records
    from tessera.league.standing import standing_of
    from tessera.league.summary import summarise

    folder = LeagueFolder(path)
    told = folder.description()
    if told is None:
        raise BadValue("FOLDER", str(path), "the folder of a league", "tessera league run FILE makes one")
    records = list(read_records(folder.games)) if folder.games.exists() else []
    players = list(told["players"])
    summary = summarise(records, title=str(told.get("title", "")), anchors=told["anchors"], players=players)
    return Found(path, summary, records, told["planned"], standing_of(records).stopped)


def as_dict(folder: Path, planned: int, stopped: Mapping[str, str], summary: Summary) -> dict[str, Any]:
    """What `run`, `status` and `report` print with --json."""
    return {"folder": str(folder), "planned": planned, "stopped": dict(stopped), **summary.as_dict()}

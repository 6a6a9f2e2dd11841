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
    from tessera.ratings.sprt import Trial


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
    trial: Trial | None = None
    """What the league's test says, if it has one."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return as_dict(self.path, self.planned, self.stopped, self.summary, self.trial)


def load(path: Path) -> Found:
    """The league in a folder. Raises `BadValue` for a folder that holds none."""
    from tessera.league.folder import LeagueFolder, trial_of
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
    return Found(path, summary, records, told["planned"], standing_of(records).stopped, trial_of(told, records))


def as_dict(
    folder: Path, planned: int, stopped: Mapping[str, str], summary: Summary, trial: Trial | None
) -> dict[str, Any]:
    """What `run`, `status` and `report` print with --json."""
    sprt = None if trial is None else trial.as_dict()
    return {"folder": str(folder), "planned": planned, "stopped": dict(stopped), "sprt": sprt, **summary.as_dict()}

"""What the pages may look into: the runs and leagues of the command line. No Streamlit here.

A page names runs, checkpoints and leagues by the names that were shown; a name that was not is refused, and no path
ever comes from a page.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tessera.errors import BadValue
from tessera.runs import Checkpoint, Run, find_runs

SHIPPED = "shipped network"


class Site:
    """The folders that were named on the command line."""

    def __init__(self, runs: Sequence[Path], leagues: Sequence[Path] = (), refresh: float = 5.0) -> None:
        self._paths = [path.resolve() for path in runs]
        self._leagues = [path.resolve() for path in leagues]
        self.refresh = refresh
        """Seconds between two looks."""
        self._runs: dict[Path, Run] = {}

    def to_json(self) -> str:
        paths = {"runs": [str(path) for path in self._paths], "leagues": [str(path) for path in self._leagues]}
        return json.dumps({**paths, "refresh": self.refresh})

    @classmethod
    def from_json(cls, text: str) -> Site:
        told = json.loads(text)
        return cls([Path(each) for each in told["runs"]], [Path(each) for each in told["leagues"]], told["refresh"])

    def check(self) -> None:
        """Raise `BadValue` for a folder that holds no run, or no league."""
        find_runs(self._paths)
        for path in self._leagues:
            if not (path / "league.json").is_file():
                raise BadValue("--league", str(path), "the folder of a league", "tessera league run FILE makes one")

    def runs(self) -> dict[str, Run]:
        """The runs that are there now, refreshed, by name; runs of the same name are told apart by their folder's."""
        for run in find_runs(self._paths):
            self._runs.setdefault(run.path, run)
        named: dict[str, Run] = {}
        for path, run in self._runs.items():
            run.refresh()
            named[run.name if run.name not in named else str(path)] = run
        return named

    def leagues(self) -> dict[str, Path]:
        return {path.name if self._names().count(path.name) == 1 else str(path): path for path in self._leagues}

    def _names(self) -> list[str]:
        return [path.name for path in self._leagues]


def networks(run: Run) -> dict[str, Checkpoint]:
    """What can be played with, newest first, by name; a link that leads out of the run's folder is none of it."""
    home = run.path.resolve()
    found = [each for each in run.checkpoints() if each.kind == "net" and not each.problem]
    return {each.name: each for each in reversed(found) if each.path.resolve().is_relative_to(home)}

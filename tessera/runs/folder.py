"""The folder of a run, finished, killed or in progress; what each file is, training/folder.py says."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tessera.errors import BadValue
from tessera.former_names import LOG
from tessera.runs.checkpoints import Checkpoint, CheckpointFolder
from tessera.runs.lines import JsonLines

MARKS = ("config.toml", "training.jsonl")
"""A folder with either is a run."""


class Run:
    """The files of one run. Cheap to open; `refresh` takes in what was written since."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.training = JsonLines(path / "training.jsonl", former=LOG)
        """A line every few seconds: counters, losses, health, memory."""
        self.elo = JsonLines(path / "elo.jsonl")
        """A line for each evaluation."""
        self.tiles = JsonLines(path / "elo_tiles.jsonl")
        """A line for each block of self-play games."""
        self.games = JsonLines(path / "evaluation" / "games.jsonl")
        """Every game of the evaluations, as leagues keep them."""
        self.supervisor = JsonLines(path / "supervisor.jsonl")
        """What `tessera supervise` noted: starts, crashes, restarts."""
        self._checkpoints = CheckpointFolder(path / "checkpoints")

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.resolve().name

    @property
    def config(self) -> dict[str, Any]:
        """config.toml as it stands there, whatever version wrote it; empty where it is missing or no TOML."""
        try:
            return tomllib.loads((self.path / "config.toml").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def refresh(self) -> bool:
        """Take in what was written since; whether there is anything new."""
        growing = (self.training, self.elo, self.tiles, self.games, self.supervisor)
        news = [lines.refresh() for lines in growing]
        return any(news)

    def checkpoints(self) -> list[Checkpoint]:
        """The checkpoints that are there now, by step."""
        return self._checkpoints.read()

    @property
    def newest_network(self) -> Path | None:
        """The newest checkpoint to play with that can be read; None before the first."""
        found = [each.path for each in self.checkpoints() if each.kind == "net" and not each.problem]
        return found[-1] if found else None

    def __repr__(self) -> str:
        return f"<Run {self.path}: {len(self.training)} lines, {len(self.elo)} evaluations>"


def open_run(path: str | Path) -> Run:
    """The run in a folder; raises `BadValue` where there is none."""
    path = Path(path)
    if not is_run(path):
        raise BadValue("RUN", str(path), "the folder of a run", "tessera train --out FOLDER makes one")
    return Run(path)


def is_run(path: Path) -> bool:
    return any((path / mark).is_file() for mark in MARKS)


def find_runs(paths: list[Path]) -> list[Run]:
    """The runs in these folders, each a run itself or a folder of runs; raises `BadValue` for one that holds none."""
    found: dict[Path, Run] = {}
    for path in paths:
        inside = [path] if is_run(path) else sorted(each for each in _folders(path) if is_run(each))
        if not inside:
            raise BadValue("RUNS", str(path), "a run, or a folder of runs", "tessera train --out FOLDER makes one")
        for each in inside:
            found.setdefault(each.resolve(), Run(each))
    return list(found.values())


def _folders(path: Path) -> list[Path]:
    try:
        return [each for each in path.iterdir() if each.is_dir()]
    except OSError:
        return []

"""Training from Python, and what a run has left in its folder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tessera.errors import BadValue
from tessera.library.games import read_games
from tessera.library.players import default_manager
from tessera.training import assembly
from tessera.training.config import RunConfig, read_preset
from tessera.training.folder import RunFolder, read_lines
from tessera.training.stop import stop_on_signals

if TYPE_CHECKING:
    from tessera.interfaces.arbiter import GameRecord
    from tessera.plugins import Manager

Event = Callable[[str, Mapping[str, Any]], None]
"""on_event(kind, data): 'started', 'tick', 'step', 'evaluation', 'checkpoint', 'warning', 'finished', 'failed'."""


class TrainingRun:
    """The folder of a run, read anew at every question: it may still be going on."""

    def __init__(self, path: str | Path) -> None:
        """Raises `BadValue` where no run is."""
        self.path = Path(path)
        self._folder = RunFolder(self.path)
        if not (self.path / "config.toml").is_file():
            raise BadValue("run", str(path), "the folder of a training run, with its config.toml")

    @property
    def config(self) -> RunConfig:
        """The run as it was asked for, every setting spelled out."""
        return self._folder.config()

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """A row every few seconds of training, oldest first: 'seconds' of training, 'games', 'moves', 'steps',
        'losses' by head, 'health', 'win_rate_random' 0..1."""
        return read_lines(self.path / "training.jsonl")

    @property
    def elo(self) -> list[dict[str, Any]]:
        """A row for each evaluated checkpoint, oldest first: 'step', 'games', 'network', 'elo' with 'low' and 'high'
        of its 95% interval; the random player is 0."""
        return read_lines(self.path / "elo.jsonl")

    @property
    def evaluations(self) -> list[GameRecord]:
        """The games behind `elo`."""
        path = self.path / "evaluation" / "games.jsonl"
        return read_games(path) if path.exists() else []

    @property
    def checkpoints(self) -> list[Path]:
        """Networks to play with, oldest first."""
        return sorted(self._folder.checkpoints.glob("net-*.pth"), key=lambda path: path.name)

    @property
    def newest(self) -> Path | None:
        """The newest of them; None before the first."""
        return self._folder.newest_network

    def __repr__(self) -> str:
        return f"<TrainingRun {self.path}>"


def read_run(path: str | Path) -> TrainingRun:
    """A finished or running training run, from its folder. Raises `BadValue`."""
    return TrainingRun(path)


def train(
    out: str | Path,
    *,
    preset: str = "9x9",
    config: RunConfig | None = None,
    on_event: Event = lambda kind, data: None,
    stop: threading.Event | None = None,
    manager: Manager | None = None,
    **changes: Any,
) -> TrainingRun:
    """Train a network in a new folder and return when the budget is spent: `tessera train` without its picture.

    `preset` is '5x5', '9x9', 'mixed' or '19x19'; or give a whole `config`. `changes` are fields of
    `tessera.training.config.RunConfig`: minutes=10, games=500, seed=1, trainer='gumbel', network='resnet',
    trainer_settings={'simulations': 32}, ...; settings are laid over those there. Without a budget it goes on until
    `stop` is set, or Ctrl-C: both end it with a checkpoint. Raises `BadValue`, also where a run is in the folder.
    """
    manager = manager or default_manager()
    wanted = assembly.adjusted(config or read_preset(preset), changes)
    return _go(assembly.begin(manager, wanted, RunFolder(Path(out)), emit=on_event), out, stop)


def resume_training(
    out: str | Path,
    *,
    on_event: Event = lambda kind, data: None,
    stop: threading.Event | None = None,
    manager: Manager | None = None,
    minutes: float | None = None,
    cpu_minutes: float | None = None,
    games: int | None = None,
) -> TrainingRun:
    """Go on with the run in `out` from its newest checkpoint, as if nothing had happened.

    `minutes` of training, `cpu_minutes` and `games` are another budget for the whole run. Raises `BadValue`, and
    `CheckpointError` where no checkpoint can be read.
    """
    budget = {"minutes": minutes, "cpu_minutes": cpu_minutes, "games": games}
    given: dict[str, Any] = {name: value for name, value in budget.items() if value is not None}
    wanted = replace(TrainingRun(out).config, **given)
    run = assembly.resume(manager or default_manager(), RunFolder(Path(out)), config=wanted, emit=on_event)
    return _go(run, out, stop)


def _go(run: Any, out: str | Path, stop: threading.Event | None) -> TrainingRun:
    with stop_on_signals() if stop is None else nullcontext(stop) as event:
        run.go(event)
    return TrainingRun(out)

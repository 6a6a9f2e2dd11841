"""Training from Python: the assembly of a run without its picture. What a run has left is read by `tessera.runs`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tessera.library.checked import checked
from tessera.library.players import default_manager
from tessera.plugins import Manager
from tessera.runs import Run, open_run
from tessera.training import assembly
from tessera.training.config import RunConfig, read_preset
from tessera.training.folder import RunFolder
from tessera.training.stop import stop_on_signals

if TYPE_CHECKING:
    from tessera.training.run import Run as TrainingRun

Event = Callable[[str, Mapping[str, Any]], None]
"""on_event(kind, data): 'started', 'tick', 'step', 'evaluation', 'checkpoint', 'warning', 'finished', 'failed'."""


@checked
def train(
    out: str | Path,
    *,
    preset: str = "9x9",
    config: RunConfig | None = None,
    on_event: Event = lambda kind, data: None,
    stop: threading.Event | None = None,
    manager: Manager | None = None,
    **changes: Any,
) -> Run:
    """Train a network in a new folder and return when the budget is spent: `tessera train` without its picture.

    `preset` is '5x5', '9x9', 'mixed' or '19x19'; or give a whole `config`. `changes` are fields of
    `tessera.training.config.RunConfig`: minutes=10, games=500, seed=1, trainer='gumbel', network='resnet',
    trainer_settings={'simulations': 32}, ...; settings are laid over those there. Without a budget it goes on until
    `stop` is set, or Ctrl-C: both end it with a checkpoint. Raises `BadValue`, also where a run is in the folder.
    """
    manager = manager or default_manager()
    wanted = assembly.adjusted(config or read_preset(preset), changes)
    return _go(assembly.begin(manager, wanted, RunFolder(Path(out)), emit=on_event), out, stop)


@checked
def resume_training(
    out: str | Path,
    *,
    on_event: Event = lambda kind, data: None,
    stop: threading.Event | None = None,
    manager: Manager | None = None,
    minutes: float | None = None,
    cpu_minutes: float | None = None,
    games: int | None = None,
) -> Run:
    """Go on with the run in `out` from its newest checkpoint, as if nothing had happened.

    `minutes` of training, `cpu_minutes` and `games` are another budget for the whole run. Raises `BadValue`, and
    `CheckpointError` where no checkpoint can be read.
    """
    budget = {"minutes": minutes, "cpu_minutes": cpu_minutes, "games": games}
    given: dict[str, Any] = {name: value for name, value in budget.items() if value is not None}
    wanted = replace(RunFolder(Path(out)).config(), **given)
    run = assembly.resume(manager or default_manager(), RunFolder(Path(out)), config=wanted, emit=on_event)
    return _go(run, out, stop)


def _go(run: TrainingRun, out: str | Path, stop: threading.Event | None) -> Run:
    with stop_on_signals() if stop is None else nullcontext(stop) as event:
        run.go(event)
    return open_run(out)

"""A run is put together, stopped and gone on with from Python alone, without the command line."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tessera.errors import BadValue
from tessera.hookspecs import hookimpl
from tessera.interfaces.events import RunEvent
from tessera.plugins import build_manager
from tessera.training.assembly import begin, normalise, resume
from tessera.training.config import RunConfig
from tessera.training.folder import RunFolder

SMALL: dict[str, Any] = {
    "sizes": {"4": 6},
    "simulations": 4,
    "max_num_considered_actions": 2,
    "batch": 16,
    "warm_up": 20,
    "window": 500,
}
CONFIG = RunConfig(
    network_settings={"blocks": 1, "width": 8},
    trainer_settings=SMALL,
    evaluator="torch",
    games=1,
    evaluation_size=9,
    evaluation_games=4,
)


class Listener:
    """A plugin that hears the events of runs."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    @hookimpl
    def tessera_run_event(self, event: RunEvent) -> None:
        self.heard.append(event.kind)


def test_a_run_from_python(tmp_path: Path) -> None:
    manager, folder, listener = build_manager(), RunFolder(tmp_path / "run"), Listener()
    manager.register(listener, "listener")
    events: list[str] = []
    told: list[str] = []

    def emit(kind: str, data: Mapping[str, Any]) -> None:
        events.append(kind)

    run = begin(manager, CONFIG, folder, emit=emit, tell=told.append)
    assert told == ["evaluation games are on 4x4: nothing is learned on 9"] and run.config.evaluation_size == 4
    assert run.go(threading.Event()) == "1 games are played"
    assert events[0] == "started" and events[-1] == "finished"
    assert listener.heard == [kind for kind in events if kind != "tick"], "plugins hear all but ticks"
    saved = folder.config()
    assert saved.trainer_settings["sizes"] == {"4": 6} and saved.trainer_settings["komi_spread"] == 0.35
    with pytest.raises(BadValue, match="a new folder"):
        begin(manager, CONFIG, folder)
    told.clear()
    further = resume(manager, folder, config=replace(folder.config(), games=3), tell=told.append)
    assert told == [f"resuming from {max(folder.checkpoints.glob('run-*.pth'))}"]
    assert further.go(threading.Event()).endswith("games are played") and further.config.games == 3


def test_settings_are_spelled_out_once_and_for_all() -> None:
    manager = build_manager()
    once = normalise(manager, CONFIG, trainer_words=["lr=0.1"], network_words=["width=16"])
    assert once.trainer_settings["lr"] == 0.1 and once.trainer_settings["simulations"] == 4
    assert once.network_settings == {"blocks": 1, "width": 16, "pool_every": 3, "features": "basic-1"}
    assert normalise(manager, once) == once
    with pytest.raises(BadValue, match="trainer gumbel: simulations: got 0, allowed: a whole number, 1 or more"):
        normalise(manager, replace(CONFIG, trainer_settings={"simulations": 0}))
    with pytest.raises(BadValue, match="arbiter: got 'nobody'"):
        normalise(manager, replace(CONFIG, arbiter="nobody"))


def test_it_needs_neither_the_command_line_nor_torch_to_be_imported() -> None:
    names = ("tessera.cli", "click", "torch")
    code = f"import sys, tessera.training.assembly; print([name for name in {names} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

"""The run loop and its folder, with a trainer that only counts."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tessera.errors import BadValue, CheckpointError
from tessera.interfaces.trainer import StepReport
from tessera.plugins import build_manager
from tessera.training.config import RunConfig
from tessera.training.folder import RunFolder
from tessera.training.progress import ProgressTrack
from tessera.training.run import Run

SHAPE: dict[str, Any] = {"blocks": 1, "width": 8, "pool_every": 0}


class Clock:
    """Time that passes only when the trainer works."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Counter:
    """A trainer of which every step takes ten seconds and plays two games."""

    sizes = (5,)

    def __init__(self, clock: Clock, *, stop: threading.Event | None = None) -> None:
        self.steps, self._clock, self._stop = 0, clock, stop
        self._module = build_manager().networks["resnet"].build(**SHAPE)

    def step(self) -> StepReport:
        self.steps += 1
        self._clock.now += 10.0
        if self._stop is not None and self.steps == 3:
            self._stop.set()
        return StepReport(2 * self.steps, 20 * self.steps, self.steps, {"policy": 1.0 / self.steps}, {"unique": 1.0})

    def network(self) -> torch.nn.Module:
        return self._module

    def state(self) -> dict[str, Any]:
        return {"steps": self.steps}

    def load_state(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]


def config(**changes: Any) -> RunConfig:
    usual: dict[str, Any] = {"evaluation_size": 4, "evaluation_games": 4, "checkpoint_minutes": 1.0}
    return RunConfig(network_settings=SHAPE, **{**usual, **changes})


def run_in(
    path: Path, trainer: Counter, clock: Clock, wanted: RunConfig, events: list[tuple[str, Mapping[str, Any]]]
) -> Run:
    folder = RunFolder(path)
    if not path.exists():
        folder.create(wanted)

    def emit(kind: str, data: Mapping[str, Any]) -> None:
        events.append((kind, data))

    return Run(trainer, folder, wanted, track=track(path, wanted), emit=emit, clock=clock)


def track(path: Path, wanted: RunConfig) -> ProgressTrack:
    manager = build_manager()
    spec = manager.arbiters["self"]
    return ProgressTrack(path, wanted, lambda context: spec.build(replace(context, manager=manager), batch=16))


def test_minutes_checkpoints_and_a_win_rate_beside_every_loss(tmp_path: Path) -> None:
    clock, events = Clock(), []
    trainer = Counter(clock)
    reason = run_in(tmp_path / "run", trainer, clock, config(minutes=3.0), events).go(threading.Event())
    assert reason == "3 minutes are over" and trainer.steps == 18
    kinds = [kind for kind, _ in events]
    assert kinds[:3] == ["started", "evaluation", "checkpoint"] and kinds[-1] == "finished"
    assert kinds.count("checkpoint") == 5  # one before the first step, one a minute, one at the end
    rows = [json.loads(line) for line in (tmp_path / "run" / "training.jsonl").read_text().splitlines()]
    assert len(rows) == 19 and all(row["losses"] and row["win_rate_random"] is not None for row in rows)
    assert rows[-1]["games_per_hour"] == 720
    names = sorted(path.name for path in (tmp_path / "run" / "checkpoints").iterdir())
    assert [n for n in names if n.startswith("net")] == [f"net-{s:08d}.pth" for s in (0, 6, 12, 18)]
    assert [n for n in names if n.startswith("run")] == [f"run-{s:08d}.pth" for s in (12, 18)]


def test_games_end_a_run_and_so_does_a_signal(tmp_path: Path) -> None:
    clock, stop = Clock(), threading.Event()
    trainer = Counter(clock)
    assert run_in(tmp_path / "a", trainer, clock, config(games=5), []).go(stop) == "6 games are played"
    trainer = Counter(clock, stop=stop)
    assert run_in(tmp_path / "b", trainer, clock, config(), []).go(stop) == "stopped by a signal"
    assert (tmp_path / "b" / "checkpoints" / "run-00000003.pth").is_file()


def test_a_run_goes_on_where_it_stopped_and_past_a_damaged_checkpoint(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock, path = Clock(), tmp_path / "run"
    run_in(path, Counter(clock), clock, config(minutes=2.0), []).go(threading.Event())
    newest = path / "checkpoints" / "run-00000012.pth"
    newest.write_bytes(newest.read_bytes()[:-100])
    (path / "checkpoints" / "run-00000006.pth").exists()
    trainer, events = Counter(clock), []
    run = run_in(path, trainer, clock, config(minutes=2.0), events)
    found, state = RunFolder(path).newest(build_manager())
    assert found.name == "run-00000006.pth" and "run-00000012.pth" in caplog.text
    run.load_state(state)
    run.go(threading.Event())
    assert trainer.steps == 12 and events[0][1]["seconds"] == 60.0
    assert [kind for kind, _ in events][:2] == ["started", "step"], "what was judged before is not judged again"


def test_folders_are_not_mixed_up(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(BadValue, match="start one without --resume"):
        folder.config()
    folder.create(config())
    assert folder.config() == config()
    with pytest.raises(BadValue, match="--resume"):
        folder.create(config())
    with pytest.raises(CheckpointError, match="no readable checkpoint"):
        folder.newest(build_manager())

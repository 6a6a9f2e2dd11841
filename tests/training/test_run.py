"""The run loop and its folder, with a trainer that only counts."""

from __future__ import annotations

import errno
import json
import os
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tessera import hookspecs
from tessera.errors import BadValue, CheckpointError, NotCommitted
from tessera.interfaces.trainer import StepReport, Trainer
from tessera.plugins import build_manager
from tessera.training import disk
from tessera.training import run as run_module
from tessera.training.config import RunConfig
from tessera.training.disk import Disk
from tessera.training.folder import RunFileError, RunFolder, append_line
from tessera.training.progress import Evaluation, ProgressTrack
from tessera.training.run import Run
from tessera.training.stop import Stopped
from tessera_arena.settings import SelfSettings
from tessera_resnet.settings import ResNetSettings

Events = list[tuple[str, Mapping[str, Any]]]
SHAPE: dict[str, Any] = {"blocks": 1, "width": 8, "pool_every": 0}


class Clock:
    """Time that passes only when the trainer works; the processor works half of it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def cpu(self) -> float:
        return 0.5 * self.now


class Counter:
    """A trainer of which every step takes ten seconds and plays two games; `at` says what happens in which step."""

    sizes = (5,)

    def __init__(self, clock: Clock, at: Mapping[int, Callable[[], object]] | None = None) -> None:
        self.steps, self._clock, self._at = 0, clock, at or {}
        self.warnings: tuple[str, ...] = ()
        self.rolled_back = 0
        self._module = build_manager().networks["resnet"].build(ResNetSettings(**SHAPE))

    def step(self) -> StepReport:
        self.steps += 1
        self._clock.now += 10.0
        self._at.get(self.steps, lambda: None)()
        losses, health = (
            {"policy": 1.0 / self.steps},
            {"unique": 1.0, "state_norm": float("inf"), "rolled_back": self.rolled_back},
        )
        return StepReport(2 * self.steps, 20 * self.steps, self.steps, losses, health, self.warnings)

    def network(self) -> torch.nn.Module:
        return self._module

    def state_dict(self) -> dict[str, Any]:
        return {"steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]


def config(**changes: Any) -> RunConfig:
    usual: dict[str, Any] = {"evaluation_size": 4, "evaluation_games": 4, "checkpoint_minutes": 1.0}
    return RunConfig(network_settings=SHAPE, **{**usual, **changes})


def run_in(path: Path, trainer: Trainer, clock: Clock, wanted: RunConfig, events: Events) -> Run:
    folder = RunFolder(path)
    if not path.exists():
        folder.create(wanted)

    def emit(kind: str, data: Mapping[str, Any]) -> None:
        events.append((kind, data))

    follow = track(path, wanted)
    return Run(trainer, folder, wanted, track=follow, emit=emit, clock=clock, cpu_clock=clock.cpu)


def track(path: Path, wanted: RunConfig) -> ProgressTrack:
    manager = build_manager()
    spec = manager.arbiters["self"]
    return ProgressTrack(
        path, wanted, lambda context: spec.build(replace(context, manager=manager), SelfSettings(batch=16))
    )


def test_minutes_checkpoints_and_a_win_rate_beside_every_loss(tmp_path: Path) -> None:
    clock, events = Clock(), Events()
    trainer = Counter(clock)
    reason = run_in(tmp_path / "run", trainer, clock, config(minutes=3.0), events).go(threading.Event())
    assert reason == "3 minutes are over" and trainer.steps == 18
    kinds = [kind for kind, _ in events if kind != "tick"]
    assert kinds[:4] == ["started", "judging", "evaluation", "checkpoint"] and kinds[-1] == "finished"
    assert kinds.count("checkpoint") == 4  # one before the first step, one a minute; the last of these is the end
    rows = [json.loads(line) for line in (tmp_path / "run" / "training.jsonl").read_text().splitlines()]
    assert len(rows) == 18 and all(row["losses"] and row["win_rate_random"] is not None for row in rows)
    assert rows[-1]["games_per_hour"] == 720
    names = {path.name for path in (tmp_path / "run" / "checkpoints").iterdir()}
    assert {n for n in names if n.startswith("net")} == {f"net-{s:08d}.pth" for s in (0, 6, 12, 18)}
    runs = {n for n in names if n.startswith("run")}
    assert {f"run-{s:08d}.pth" for s in (12, 18)} <= runs and len(runs) <= 3, "the newest two and the best"


def test_checkpoints_by_games_are_due_at_games_also_after_a_stop(tmp_path: Path) -> None:
    clock, events, stop = Clock(), Events(), threading.Event()
    wanted = config(games=16, checkpoint_games=6, checkpoint_minutes=0.1)
    trainer = Counter(clock, {4: stop.set})
    assert run_in(tmp_path / "run", trainer, clock, wanted, events).go(stop) == "stopped by a signal"
    run = run_in(tmp_path / "run", Counter(clock), clock, wanted, events)
    run.load_state_dict(RunFolder(tmp_path / "run").newest(build_manager())[1])
    assert run.go(threading.Event()) == "16 games are played"
    assert [data["games"] for kind, data in events if kind == "evaluation"] == [0, 6, 12, 16]


def test_a_line_of_the_log_says_all_there_is_to_say(tmp_path: Path) -> None:
    clock, events = Clock(), Events()
    run_in(tmp_path / "run", Counter(clock), clock, config(games=8), events).go(threading.Event())
    rows = [json.loads(line) for line in (tmp_path / "run" / "training.jsonl").read_text().splitlines()]
    assert [(row["seconds"], row["cpu_seconds"], row["eta_seconds"]) for row in rows] == [
        (10.0, 5.0, 30),
        (20.0, 10.0, 20),
        (30.0, 15.0, 10),
        (40.0, 20.0, 0),
    ]
    assert all(row["memory"] > 1e7 and row["device_memory"] is None for row in rows)
    assert all(row["elo_low"] < row["elo"] < row["elo_high"] for row in rows)
    assert [row["judged"] for row in rows] == [f"net-{n:08d}" for n in (0, 0, 0, 4)]
    assert [row["best"] for row in rows] == [None, None, None, "net-00000000"]
    assert rows[-1]["win_rate_best"] is not None and rows[0]["win_rate_best"] is None
    assert rows[0]["health"]["state_norm"] is None, "JSON has no word for infinity"
    assert [kind for kind, _ in events].count("tick") == 4


class Fixed(ProgressTrack):
    """Evaluations without games: the third network of four is the strongest."""

    def evaluate(self, network: Path, *, games: int, step: int, seconds: float, stop: Any = None) -> Evaluation:
        self._write_tiles(games, step, {"elo": 100.0, "low": 50.0, "high": 150.0})
        leads = step in (0, 12)
        return Evaluation(network.stem, 3, 0, 1, 20.0, 100.0, 50.0, 150.0, 4, 4, leads=leads, tiles=self._tiles)


def test_news_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finished tile, a new best network, a roll-back and a full disk are events, each once."""
    monkeypatch.setattr(run_module, "Disk", TinyDisk)
    clock, events = Clock(), Events()
    trainer = Counter(clock)

    def diverge() -> None:
        trainer.rolled_back, trainer.warnings = 1, ("loss nan: weights of step 6 are back",)

    def recover() -> None:
        trainer.warnings = ()

    trainer._at = {8: diverge, 9: recover}
    wanted = config(minutes=3.0, tile_games=10)
    folder = RunFolder(tmp_path / "run")
    folder.create(wanted)
    follow = Fixed(folder.path, wanted, build_arbiter=lambda context: pytest.fail("no games here"))
    emit = lambda kind, data: events.append((kind, data))  # noqa: E731
    Run(trainer, folder, wanted, track=follow, emit=emit, clock=clock, cpu_clock=clock.cpu).go(threading.Event())

    def told(kind: str, *names: str) -> list[tuple[Any, ...]]:
        return [tuple(data[name] for name in names) for each, data in events if each == kind]

    assert told("tile", "steps", "tile", "last_game", "elo") == [(6, 0, 9, 100), (12, 1, 19, 100), (18, 2, 29, 100)]
    assert told("best", "judged", "elo_low") == [("net-00000012", 50)], "the first of all is no news"
    assert told("rolled_back", "steps", "times", "text") == [(8, 1, "loss nan: weights of step 6 are back")]
    assert told("disk_low", "free", "needed") == [(7, 9)]
    assert "MB are left on the disk" in told("warning", "text")[0][0]
    assert set(dict(events)) - {"tick"} <= set(re.findall(r"'(\w+)'", hookspecs.tessera_run_event.__doc__ or ""))


class TinyDisk(Disk):
    told = False

    def look(self) -> dict[str, int]:
        low, self.told = {} if self.told else {"free": 7, "needed": 9}, True
        return low


def test_games_or_cpu_time_end_a_run(tmp_path: Path) -> None:
    clock = Clock()
    reason = run_in(tmp_path / "a", Counter(clock), clock, config(games=5), []).go(threading.Event())
    assert reason == "6 games are played"
    trainer = Counter(clock)
    reason = run_in(tmp_path / "b", trainer, clock, config(cpu_minutes=0.5, minutes=9.0), []).go(threading.Event())
    assert reason == "0.5 minutes of CPU time are over" and trainer.steps == 6


@pytest.mark.parametrize("stopped", [9, 12, 18])
def test_a_signal_ends_a_run_at_once_and_it_goes_on_as_if_nothing_had_happened(tmp_path: Path, stopped: int) -> None:
    clock, stop, events = Clock(), threading.Event(), Events()
    trainer = Counter(clock, {stopped: stop.set})
    wanted = config(minutes=3.0)
    assert run_in(tmp_path / "a", trainer, clock, wanted, events).go(stop) == "stopped by a signal"
    assert [kind for kind, _ in events if kind != "tick"][-2:] == ["checkpoint", "finished"], "no evaluation at the end"
    assert (tmp_path / "a" / "checkpoints" / f"run-{stopped:08d}.pth").is_file()
    # What comes after that checkpoint is done again: here a run that was killed later left its lines.
    for name in ("training.jsonl", "elo.jsonl"):
        with (tmp_path / "a" / name).open("a") as file:
            file.write('{"elo": 9000, "games": 99}\n{"torn')
    resumed = Counter(clock)
    run = run_in(tmp_path / "a", resumed, clock, wanted, [])
    run.load_state_dict(RunFolder(tmp_path / "a").newest(build_manager())[1])
    run.go(threading.Event())
    run_in(tmp_path / "b", whole := Counter(clock), clock, wanted, []).go(threading.Event())
    assert resumed.steps == whole.steps == 18
    a, b = (evaluated(tmp_path / name) for name in "ab")
    assert len(a) == 4 and [row[:2] for row in a] == [row[:2] for row in b]
    assert logged(tmp_path / "a") == logged(tmp_path / "b")


def evaluated(path: Path) -> list[tuple[Any, ...]]:
    rows = [json.loads(line) for line in (path / "elo.jsonl").read_text().splitlines()]
    return [(row["step"], row["games"], row["elo"]) for row in rows]


def logged(path: Path) -> list[tuple[Any, ...]]:
    rows = [json.loads(line) for line in (path / "training.jsonl").read_text().splitlines()]
    return [(row["seconds"], row["cpu_seconds"], row["games"], row["losses"], row["judged"]) for row in rows]


def test_a_run_goes_on_where_it_stopped_and_past_a_damaged_checkpoint(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock, path = Clock(), tmp_path / "run"
    run_in(path, Counter(clock), clock, config(minutes=2.0), []).go(threading.Event())
    newest = path / "checkpoints" / "run-00000012.pth"
    newest.write_bytes(newest.read_bytes()[:-100])
    trainer, events = Counter(clock), Events()
    run = run_in(path, trainer, clock, config(minutes=2.0), events)
    found, state = RunFolder(path).newest(build_manager())
    assert found.name == "run-00000006.pth" and "run-00000012.pth" in caplog.text
    run.load_state_dict(state)
    run.go(threading.Event())
    assert trainer.steps == 12 and events[0][1]["seconds"] == 60.0 and len(events[0][1]["elo_history"]) == 2
    assert [kind for kind, _ in events][:3] == ["started", "tick", "step"], "what was judged is not judged again"


def test_a_finished_run_that_is_resumed_has_nothing_to_do(tmp_path: Path) -> None:
    clock, path, events = Clock(), tmp_path / "run", Events()
    run_in(path, Counter(clock), clock, config(games=4), []).go(threading.Event())
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    run = run_in(path, Counter(clock), clock, config(games=4), events)
    run.load_state_dict(RunFolder(path).newest(build_manager())[1])
    assert run.go(threading.Event()) == "4 games are played"
    assert [kind for kind, _ in events] == ["started", "finished"]
    assert before == {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}


def test_warnings_are_told_and_kept(tmp_path: Path) -> None:
    clock, events = Clock(), Events()
    trainer = Counter(clock, {2: lambda: setattr(trainer, "warnings", ("too hot",))})
    run_in(tmp_path / "run", trainer, clock, config(games=6), events).go(threading.Event())
    assert [data["text"] for kind, data in events if kind == "warning"] == ["too hot"] * 2
    rows = [json.loads(line) for line in (tmp_path / "run" / "training.jsonl").read_text().splitlines()]
    assert [row["warnings"] for row in rows] == [[], ["too hot"], ["too hot"]]


def raising(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def test_a_crash_of_the_trainer_is_not_swallowed_and_loses_no_checkpoint(tmp_path: Path) -> None:
    clock, events, path = Clock(), Events(), tmp_path / "run"
    trainer = Counter(clock, {8: raising(ZeroDivisionError("in the trainer"))})
    with pytest.raises(ZeroDivisionError, match="in the trainer"):
        run_in(path, trainer, clock, config(), events).go(threading.Event())
    assert events[-1] == ("failed", {"error": "ZeroDivisionError", "text": "in the trainer"})
    found, state = RunFolder(path).newest(build_manager())
    run = run_in(path, resumed := Counter(clock), clock, config(minutes=2.0), [])
    run.load_state_dict(state)
    run.go(threading.Event())
    assert found.name == "run-00000006.pth" and resumed.steps == 12


@pytest.mark.parametrize(
    ("at", "error", "left"),
    [(4, RunFileError, 0), (6, NotCommitted, 0), (13, RunFileError, 12)],
    ids=["the log", "a checkpoint", "the log later"],
)
def test_a_full_disk_is_one_error_and_the_run_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, error: type[Exception], left: int
) -> None:
    clock, path, written = Clock(), tmp_path / "run", os.write

    def full(descriptor: int, data: memoryview) -> int:
        if len(data) < 50:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return written(descriptor, data[: len(data) // 2])

    trainer = Counter(clock, {at: lambda: monkeypatch.setattr(os, "write", full)})
    with pytest.raises(error, match="No space left on device"):
        run_in(path, trainer, clock, config(minutes=3.0, disk_minutes=0.0), []).go(threading.Event())
    monkeypatch.setattr(os, "write", written)
    found, state = RunFolder(path).newest(build_manager())
    assert found.name == f"run-{left:08d}.pth"
    run = run_in(path, resumed := Counter(clock), clock, config(minutes=3.0), [])
    run.load_state_dict(state)
    run.go(threading.Event())
    assert resumed.steps == 18 and [row[2] for row in logged(path)] == list(range(2, 38, 2))


class Listed(ProgressTrack):
    """Evaluations without games, of two lines each; `breaks` is called between the two."""

    breaks: Callable[[], object] = staticmethod(lambda: None)

    def evaluate(self, network: Path, *, games: int, step: int, seconds: float, stop: Any = None) -> Evaluation:
        for index in range(2):
            append_line(
                self._folder / "elo.jsonl", {"network": network.stem, "step": step, "games": games, "elo": index}
            )
            self.breaks()
            if stop.is_set():
                raise Stopped
        self._write_tiles(games, step, {})
        return Evaluation(network.stem, 3, 0, 1, 20.0, 100.0, 50.0, 150.0, 4, 4, tiles=self._tiles)


def listed_run(path: Path, trainer: Trainer, clock: Clock, wanted: RunConfig, events: Events) -> tuple[Run, Listed]:
    folder = RunFolder(path)
    if not path.exists():
        folder.create(wanted)
    follow = Listed(path, wanted, build_arbiter=lambda context: pytest.fail("no games here"))
    emit = lambda kind, data: events.append((kind, data))  # noqa: E731
    return Run(trainer, folder, wanted, track=follow, emit=emit, clock=clock, cpu_clock=clock.cpu), follow


@pytest.mark.parametrize(
    ("at", "times"), [(1, 2), (4, 2), (6, 2), (13, 1)], ids=["early", "the log", "a checkpoint", "later"]
)
def test_a_full_disk_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, times: int) -> None:
    """The run goes on where it was as soon as there is room, an evaluation that was broken off included."""
    clock, path, events, written = Clock(), tmp_path / "a", Events(), os.write
    refused = 0

    def full(descriptor: int, data: memoryview) -> int:
        nonlocal refused
        refused += 1
        if refused % 600 < 4:  # a save has about 300 writes
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return written(descriptor, data)

    monkeypatch.setattr(disk, "RETRY_SECONDS", 0.01)
    trainer = Counter(clock, {at: lambda: monkeypatch.setattr(os, "write", full)})
    wanted = config(minutes=3.0, tile_games=10)
    listed_run(path, trainer, clock, wanted, events)[0].go(threading.Event())
    monkeypatch.setattr(os, "write", written)
    told = [data["text"] for kind, data in events if kind == "warning"]
    assert sum("is full: waiting 60 minutes for room" in text for text in told) >= times
    assert sum("there is room on the disk again" in text for text in told) >= times
    listed_run(tmp_path / "b", Counter(clock), clock, wanted, [])[0].go(threading.Event())
    assert logged(path) == logged(tmp_path / "b") and evaluated(path) == evaluated(tmp_path / "b")
    assert len((path / "elo_tiles.jsonl").read_text().splitlines()) == 3


def test_a_run_that_waits_for_room_ends_when_asked_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, stop, events = Clock(), threading.Event(), Events()
    subject, _ = listed_run(tmp_path / "run", Counter(clock), clock, config(), events)
    subject._folder.lock()
    monkeypatch.setattr(os, "write", failing_write)
    threading.Timer(0.3, stop.set).start()
    monkeypatch.setattr(disk, "RETRY_SECONDS", 100.0)
    with pytest.raises(NotCommitted, match="No space left"):
        subject.go(stop)


def failing_write(descriptor: int, data: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_without_room_for_a_checkpoint_is_waited_for_before_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = iter([0, 0, 10**12])
    monkeypatch.setattr(disk, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(Disk, "_free", lambda self: next(rooms))
    told: list[str] = []
    subject = Disk(tmp_path, patience=60.0, tell=told.append)
    subject.needed = 1
    assert subject.with_room(lambda: 7, threading.Event()) == 7 and len(told) == 2


@pytest.mark.parametrize("line", [1, 2])
def test_a_stop_is_heard_within_an_evaluation(tmp_path: Path, line: int) -> None:
    """Nothing is left of the evaluation, and the run that goes on makes it again: the same files in the end."""
    wanted, clock, stop, path = config(minutes=3.0), Clock(), threading.Event(), tmp_path / "b"
    listed_run(tmp_path / "a", Counter(clock), clock, wanted, [])[0].go(threading.Event())
    subject, follow = listed_run(path, Counter(clock), clock, wanted, [])
    calls = iter([*[lambda: None] * (4 + line - 1), stop.set])
    follow.breaks = lambda: next(calls)()
    assert subject.go(stop) == "stopped by a signal"
    assert [row[0] for row in evaluated(path)] == [0, 0, 6, 6], "of the third evaluation nothing is left"
    run, _ = listed_run(path, Counter(clock), clock, wanted, [])
    run.load_state_dict(RunFolder(path).newest(build_manager())[1])
    run.go(threading.Event())
    assert logged(path) == logged(tmp_path / "a") and evaluated(path) == evaluated(tmp_path / "a")


def test_a_stop_within_the_first_evaluation_leaves_a_run_that_begins_anew(tmp_path: Path) -> None:
    clock, stop, events = Clock(), threading.Event(), Events()
    subject, follow = listed_run(tmp_path / "run", Counter(clock), clock, config(games=4), events)
    follow.breaks = stop.set
    assert subject.go(stop) == "stopped by a signal before the first checkpoint" and events[-1][0] == "finished"
    assert not RunFolder(tmp_path / "run").has_run()


def test_real_games_of_an_evaluation_end_soon_after_a_stop(tmp_path: Path) -> None:
    wanted, stop = config(evaluation_games=4000), threading.Event()
    subject = run_in(tmp_path / "run", Counter(Clock()), Clock(), wanted, [])
    net = subject._save_network()
    threading.Timer(1.0, stop.set).start()
    with pytest.raises(Stopped):
        subject._track.evaluate(net, games=0, step=0, seconds=0.0, stop=stop)


def test_the_newest_the_best_and_the_anchors_are_kept(tmp_path: Path) -> None:
    clock = Clock()
    wanted = config(minutes=10.0, keep=1, keep_networks=3, keep_every=4)
    subject, follow = listed_run(tmp_path / "run", Counter(clock), clock, wanted, [])
    follow._best = "net-00000018"
    subject.go(threading.Event())
    names = {path.stem for path in (tmp_path / "run" / "checkpoints").iterdir()}
    anchors, best, newest = (0, 12, 24, 36, 48, 60), 18, (48, 54, 60)  # every evaluation has two lines here
    wanted_names = {f"net-{step:08d}" for step in (*anchors, best, *newest)}
    assert names == wanted_names | {f"run-{step:08d}" for step in (*anchors, best)}


def test_folders_are_not_mixed_up(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(BadValue, match="start one without --resume"):
        folder.config()
    folder.create(config())
    assert folder.config() == config()
    folder.create(config())  # nothing has been learned yet
    (folder.checkpoints / "net-00000004.pth").touch()
    with pytest.raises(BadValue, match="--resume"):
        folder.create(config())
    with pytest.raises(CheckpointError, match="no readable checkpoint"):
        folder.newest(build_manager())

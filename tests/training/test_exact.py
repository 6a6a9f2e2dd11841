"""Resume is exact: a run of the trainer `gumbel` that is stopped by signals and resumed ends bit for bit as one that
is left alone, on the CPU. Time is counted in steps here, so that evaluations fall on the same steps."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from tessera.checkpoints import load
from tessera.checkpoints.manifest import Meta
from tessera.former_names import LEARNER, REPLAYS, RUN, SELFPLAY
from tessera.interfaces.trainer import StepReport, Trainer
from tessera.league.records import read_records
from tessera.plugins import build_manager
from tessera.settings import from_table
from tessera.training.config import RunConfig
from tessera.training.folder import RunFolder
from tessera.training.run import Run
from tessera.training.stop import stop_on_signals
from tessera_resnet.settings import ResNetSettings
from tests.training.test_run import SHAPE, Clock, track

SETTINGS: dict[str, Any] = {
    "sizes": {4: 8},
    "simulations": 4,
    "max_num_considered_actions": 2,
    "batch": 16,
    "warm_up": 20,
    "replay_ratio": 1.0,
}
CONFIG = RunConfig(
    network_settings=SHAPE,
    trainer_settings={**SETTINGS, "window": 500},
    games=24,
    checkpoint_minutes=0.1,
    log_seconds=3.0,
    evaluation_size=4,
    evaluation_games=4,
)
CLOCKED = (
    "time",
    "cpu_seconds",
    "games_per_hour",
    "moves_per_second",
    "eta_seconds",
    "memory",
    "memory_peak",
    "device_memory",
)
MANAGER = build_manager()


class Paced:
    """A trainer whose every step takes a second; some steps are interrupted by a signal."""

    def __init__(self, clock: Clock, interrupted: int | None) -> None:
        torch.manual_seed(CONFIG.seed)
        module, spec = MANAGER.networks["resnet"].build(ResNetSettings(**SHAPE)), MANAGER.trainers["gumbel"]
        settings = from_table(spec.settings, CONFIG.trainer_settings, owner="gumbel")
        self._trainer: Trainer = spec.build(module, "cpu", CONFIG.seed, settings)
        self._clock, self._interrupted, self._steps = clock, interrupted, 0
        self.sizes = self._trainer.sizes
        self.network, self.state_dict, self.load_state_dict = (
            self._trainer.network,
            self._trainer.state_dict,
            self._trainer.load_state_dict,
        )

    def step(self) -> StepReport:
        self._steps += 1
        self._clock.now += 1.0
        if self._steps == self._interrupted:
            os.kill(os.getpid(), signal.SIGTERM)
        return self._trainer.step()


def part(path: Path, *, interrupted: int | None = None, former: bool = False) -> str:
    """A run, or what is left of it after an earlier part, until its games are played or its step is interrupted.

    former: it goes on from the state as the release before would have saved it.
    """
    folder, clock = RunFolder(path), Clock()
    resume = path.exists()
    if not resume:
        folder.create(CONFIG)
    trainer, follow = Paced(clock, interrupted), track(path, CONFIG)
    run = Run(trainer, folder, CONFIG, track=follow, emit=lambda kind, data: None, clock=clock, cpu_clock=clock.cpu)
    if resume:
        torch.manual_seed(12345)  # another process has another global state
        state = folder.newest(MANAGER)[1]
        run.load_state_dict(saved_before(state) if former else state)
    with stop_on_signals() as stop:
        return run.go(stop)


def saved_before(state: Mapping[str, Any]) -> dict[str, Any]:
    """A state of a run under the names of the release before this one's."""
    trainer = {
        **state["trainer"],
        "learner": older(state["trainer"]["learner"], LEARNER),
        "replays": older(state["trainer"]["replays"], REPLAYS),
    }
    return {**state, "run": older(state["run"], RUN), "trainer": older(trainer, SELFPLAY)}


def older(table: Mapping[str, Any], rules: Mapping[str, str], at: str = "") -> dict[str, Any]:
    """The other way round than `renamed`."""
    here = {path.rpartition("/")[::2]: new for path, new in rules.items()}
    names = {new: old for (folder, old), new in here.items() if folder == at.rstrip("/")}
    found: dict[str, Any] = {}
    for key, value in table.items():
        for step in (key, "*"):
            if isinstance(value, Mapping) and any(rule.startswith(f"{at}{step}/") for rule in rules):
                value = older(value, rules, f"{at}{step}/")
        found[names.get(key, key)] = value
    return found


def networks(path: Path) -> dict[str, tuple[Meta, dict[str, torch.Tensor]]]:
    loaded = {file.name: load(file, MANAGER) for file in sorted((path / "checkpoints").glob("net-*.pth"))}
    return {name: (each.manifest.meta, each.module.state_dict()) for name, each in loaded.items()}


def same(a: object, b: object) -> bool:
    """Equal to the last bit, tensors inside included."""
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, Mapping):
        return isinstance(b, Mapping) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return isinstance(b, list | tuple) and len(a) == len(b) and all(map(same, a, b))
    return a == b or (a != a and b != b)  # not a number is itself here


def lines(path: Path, name: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (path / name).read_text().splitlines()]
    return [{key: value for key, value in row.items() if key not in CLOCKED} for row in rows]


@pytest.fixture(scope="module")
def a(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run that is left alone."""
    path = tmp_path_factory.mktemp("exact") / "a"
    assert part(path).endswith("games are played")
    return path


def test_stopped_and_resumed_or_left_alone_it_is_the_same_run(a: Path, tmp_path: Path) -> None:
    b = tmp_path / "b"
    assert part(b, interrupted=8) == part(b, interrupted=2) == "stopped by a signal"
    assert part(b).endswith("games are played")

    whole, pieces = networks(a), networks(b)
    assert len(whole) >= 3 and whole.keys() < pieces.keys(), "the stops have left networks of their own"
    for name, (meta, weights) in whole.items():
        found, theirs = pieces[name]
        assert (found.games, found.moves, found.step) == (meta.games, meta.moves, meta.step)
        assert same(weights, theirs), name
    first, last = (whole[pick(whole)] for pick in (min, max))
    assert last[0].step > 0 and last[0].games >= 24 and not same(first[1], last[1]), "it has learned"

    (_, one), (_, other) = (RunFolder(path).newest(MANAGER) for path in (a, b))
    assert same(one["trainer"], other["trainer"])
    for name in ("training.jsonl", "elo.jsonl"):
        assert lines(a, name) == lines(b, name) and len(lines(a, name)) >= 3
    games = [
        [(r.number, r.black, r.white, r.moves, r.result) for r in read_records(p / "evaluation" / "games.jsonl")]
        for p in (a, b)
    ]
    assert games[0] == games[1] and len(games[0]) >= 4 * len(whole)


def test_a_run_that_was_saved_under_the_names_of_before_goes_on(a: Path, tmp_path: Path) -> None:
    b = tmp_path / "b"
    part(b, interrupted=8)
    state = RunFolder(b).newest(MANAGER)[1]
    old = saved_before(state)
    assert {"truth", "verdict", "judged_at"} <= old["run"].keys() and "average" in old["trainer"]["learner"]
    assert {"dice", "lots", "tables", "ledger"} <= old["trainer"].keys()
    assert "record_expected" in old["trainer"]["tables"]["4"]
    assert {"expected", "reply_sparse"} <= old["trainer"]["replays"]["rings"]["4"].keys()
    part(b, former=True)
    assert lines(a, "training.jsonl") == lines(b, "training.jsonl")
    assert same(RunFolder(a).newest(MANAGER)[1]["trainer"], RunFolder(b).newest(MANAGER)[1]["trainer"])


def test_a_run_that_is_killed_goes_on_from_its_last_checkpoint(a: Path, tmp_path: Path) -> None:
    """As with SIGKILL or a power cut: nothing after the checkpoint was meant to be there."""
    b = tmp_path / "b"
    folder, clock = RunFolder(b), Clock()
    folder.create(CONFIG)
    trainer, follow = Paced(clock, None), track(b, CONFIG)
    steps = 0

    class Killed(BaseException): ...

    def emit(kind: str, data: Mapping[str, Any]) -> None:
        nonlocal steps
        steps += kind == "tick"
        if steps == 10:
            raise Killed

    run = Run(trainer, folder, CONFIG, track=follow, emit=emit, clock=clock, cpu_clock=clock.cpu)
    try:
        run.go(threading.Event())
    except Killed:
        pass
    else:
        raise AssertionError("the run was over before it was killed")
    left = len(lines(b, "training.jsonl"))
    part(b)
    assert left > 0 and lines(a, "training.jsonl") == lines(b, "training.jsonl")
    assert same(networks(a), networks(b))

"""Runs that game the reward end, each kind by its own check; healthy ones and trainers without games go on."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
import torch

from tessera.errors import TesseraError
from tessera.interfaces.trainer import StepReport
from tessera.plugins import build_manager
from tessera.training.config import RunConfig
from tessera.training.folder import RunFolder
from tessera.training.progress import Evaluation, ProgressTrack
from tessera.training.run import Run
from tessera.training.sanity import ENOUGH, PATIENCE, DegenerateSelfPlay, Sanity, findings, idle_learning
from tessera_resnet.settings import ResNetSettings
from tests.training.test_run import Clock, Events, config, run_in

Health = dict[str, float]

HEALTHY: Health = {
    "judged_games": 1000.0,
    "passes": 3.3,
    "resigned": 0.0,
    "truncated": 0.05,
    "unique": 1.0,
    "length": 35.0,
    "length_5": 35.0,
}
CHEATS: dict[str, tuple[Health, str]] = {
    "both sides pass at once": ({"passes": 2.0, "length": 2.0, "length_5": 2.0}, "passes: 100.0%, at most 45.0%"),
    "both sides pass after random openings": (
        {"passes": 2.0, "length": 4.0, "length_5": 4.0},
        "passes: 50.0%, at most 45.0% of the moves allowed: the players pass instead of playing",
    ),
    "one side passes, the other fills the board": ({"passes": 16.0, "length": 31.0, "length_5": 31.0}, "passes: 51.6%"),
    "everything is resigned": ({"resigned": 0.99}, "resigned: 99.0%, at most 95.0% of the games"),
    "one game": ({"unique": 0.002}, "unique: 0.2%, at least 10.0% of the games"),
    "a dozen games": ({"unique": 0.012}, "unique: 1.2%, at least 10.0% of the games"),
    "no game ends": ({"truncated": 1.0, "length": 50.0, "length_5": 50.0}, "truncated: 100.0%, at most 98.0%"),
    "a few moves, then resigned": (
        {"passes": 0.0, "resigned": 0.9, "length": 4.0, "length_5": 4.0},
        "length_5: 0.16, at least 0.20 moves a point allowed: games are over after a few moves",
    ),
    "a few moves on one of two sides": ({"length": 40.0, "length_9": 10.0}, "length_9: 0.12, at least 0.20"),
}
HONEST: dict[str, Health] = {
    "a usual run": {},
    "a random-weight network": {"truncated": 0.3, "length": 44.0, "length_5": 44.0},
    "perfect short games with a favourite line": {"passes": 3.0, "length": 15.0, "length_5": 15.0, "unique": 0.4},
    "strong play that resigns": {"resigned": 0.9, "length": 150.0, "length_19": 150.0},
    "both sides with one length unknown": {"passes": 12.0, "length_19": 300.0},
    "too few games to judge": {"judged_games": ENOUGH - 1.0, "passes": 2.0, "length": 2.0, "length_5": 2.0},
    "a trainer without games": dict.fromkeys(HEALTHY, 0.0) | {"gradient": 1.0},
}


@pytest.mark.parametrize("name", CHEATS)
def test_every_cheat_has_its_check(name: str) -> None:
    changes, complaint = CHEATS[name]
    assert str(findings(HEALTHY | changes)[0]).startswith(complaint)


@pytest.mark.parametrize("name", HONEST)
def test_honest_runs_pass(name: str) -> None:
    assert findings(HEALTHY | HONEST[name]) == []


def test_without_the_keys_nothing_is_judged() -> None:
    assert findings({}) == findings({"judged_games": 500.0}) == findings({"passes": 2.0, "length_5": 2.0}) == []
    assert findings({"judged_games": 500.0, "length_mean": 0.0, "length_": 0.0}) == []


def test_only_what_lasts_ends_a_run() -> None:
    """The first games that end are the shortest: a run has time to show that it is better than that."""
    sanity, bad = Sanity(), HEALTHY | {"unique": 0.01}

    def look(games: int, health: Health) -> bool:
        return sanity.check(StepReport(games, 0, 0, {}, health)) is not None

    assert not look(300, bad) and not look(300 + PATIENCE - 1, bad)
    assert not look(300 + PATIENCE, HEALTHY), "the habit was left in time"
    assert not look(2000, bad) and not look(2000 + PATIENCE - 1, bad)
    resumed = Sanity()
    resumed.load_state_dict(json.loads(json.dumps(sanity.state_dict())))
    sanity = resumed
    assert look(2000 + PATIENCE, bad), "a resumed run is no newer"


@pytest.mark.parametrize(
    ("judged", "warned"),
    [
        ([(4.0, 0.0), (3.0, 0.1), (2.5, 0.05), (2.0, 0.1)], True),
        ([(4.0, 0.0), (3.0, 0.1), (2.5, 0.05), (2.0, 0.3)], False),
        ([(4.0, 0.0), (3.0, 0.1), (2.5, 0.05)], False),
        ([(4.0, 0.0), (4.0, 0.1), (4.1, 0.05), (3.99, 0.1)], False),
        ([(9.0, 0.9), (4.0, 0.0), (3.0, 0.1), (2.5, 0.05), (2.0, 0.1)], True),
    ],
    ids=["falls and is weak", "gets better", "too early", "does not fall", "only the latest count"],
)
def test_a_falling_loss_without_better_play_is_worth_a_warning(judged: list[tuple[float, float]], warned: bool) -> None:
    assert bool(idle_learning(judged)) == warned
    if warned:
        assert "fell from 4.000 to 2.000" in idle_learning(judged) and "10% against the random" in idle_learning(judged)


class Cheat:
    """A trainer whose games are all of one bad kind; a step takes ten seconds and plays a hundred of them."""

    sizes = (5,)

    def __init__(self, clock: Clock, health: Health) -> None:
        self.steps, self._clock, self._health = 0, clock, health
        torch.manual_seed(0)
        self._module = build_manager().networks["resnet"].build(ResNetSettings(blocks=1, width=8, pool_every=0))

    def step(self) -> StepReport:
        self.steps += 1
        self._clock.now += 10.0
        games = 100 * self.steps
        health = self._health | {"judged_games": min(1000.0, games)}
        return StepReport(games, games, self.steps, {"policy": 5.0 / self.steps}, health)

    def network(self) -> torch.nn.Module:
        return self._module

    def state_dict(self) -> dict[str, Any]:
        return {"steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]


@pytest.mark.parametrize("name", ["both sides pass at once", "everything is resigned", "one game", "no game ends"])
def test_a_run_that_cheats_ends_with_a_checkpoint_and_says_why(tmp_path: Path, name: str) -> None:
    changes, complaint = CHEATS[name]
    clock, events = Clock(), Events()
    trainer = Cheat(clock, HEALTHY | changes)
    run = run_in(tmp_path / "run", trainer, clock, config(minutes=60.0, checkpoint_minutes=60.0), events)
    with pytest.raises(DegenerateSelfPlay, match=f"no longer Go: {complaint}") as raised:
        run.go(threading.Event())
    assert isinstance(raised.value, TesseraError) and raised.value.exit_code != 0
    assert 100 * trainer.steps == ENOUGH + PATIENCE
    assert [kind for kind, _ in events][-3:] == ["step", "checkpoint", "failed"]
    assert events[-1][1]["error"] == "DegenerateSelfPlay" and complaint in events[-1][1]["text"]
    newest, state = RunFolder(tmp_path / "run").newest(build_manager())
    assert newest.stem == f"run-{trainer.steps:08d}" and state["trainer"] == {"steps": trainer.steps}
    again = run_in(tmp_path / "run", Cheat(clock, HEALTHY | changes), clock, config(), [])
    again.load_state_dict(state)
    with pytest.raises(DegenerateSelfPlay):
        again.go(threading.Event())


def test_an_honest_run_of_the_same_length_ends_in_peace(tmp_path: Path) -> None:
    clock = Clock()
    run = run_in(tmp_path / "run", Cheat(clock, HEALTHY), clock, config(games=2000, checkpoint_minutes=60.0), [])
    assert run.go(threading.Event()) == "2000 games are played"


class Weak:
    """Evaluations that always end 1 to 9 against the random player."""

    best: str | None = None

    def evaluate(self, network: Path, *, games: int, step: int, seconds: float, stop: object = None) -> Evaluation:
        return Evaluation(network.stem, 1, 0, 9, 30.0, -400.0, -500.0, -300.0, 10, 10)

    def curve(self) -> list[float]:
        return []

    def state_dict(self) -> dict[str, Any]:
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


def test_a_run_warns_when_only_the_loss_gets_better(tmp_path: Path) -> None:
    clock, told, folder = Clock(), list[tuple[str, Any]](), RunFolder(tmp_path / "run")
    stop = threading.Event()
    folder.create(config())

    def run(wanted: RunConfig) -> Run:
        trainer, emit = Cheat(clock, HEALTHY), lambda kind, data: told.append((kind, data))
        return Run(trainer, folder, wanted, track=cast(ProgressTrack, Weak()), emit=emit, clock=clock)

    run(config(minutes=3.0)).go(stop)
    assert "warning" not in [kind for kind, _ in told], "four evaluations, but the first came before any loss"
    second = run(config(minutes=4.0))
    second.load_state_dict(folder.newest(build_manager())[1])
    second.go(stop)
    warnings = [data["text"] for kind, data in told if kind == "warning"]
    assert len(warnings) == 1 and "10% against the random player" in warnings[0]
    rows = [json.loads(line) for line in (folder.path / "training.jsonl").read_text().splitlines()]
    assert rows[-1]["warnings"] == warnings and not any(row["warnings"] for row in rows[:-1])

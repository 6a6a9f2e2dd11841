"""The trainer leaves for evaluations and comes back bit for bit; what it or they leave behind is named at once."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tessera.interfaces.trainer import StepReport, Trainer
from tessera.memory.live import snapshot
from tessera.training import assembly, clean_room
from tessera.training.clean_room import CleanRoom, NotRestored, When
from tessera.training.config import RunConfig
from tessera.training.folder import RunFolder
from tessera.training.run import Run
from tessera.training.state_tree import difference
from tests.training.test_exact import MANAGER, SETTINGS, lines, networks, same
from tests.training.test_run import SHAPE, Clock, Counter, track

CONFIG = RunConfig(
    network_settings=SHAPE,
    trainer_settings={**SETTINGS, "window": 500},
    evaluator="torch",
    games=24,
    checkpoint_minutes=0.1,
    log_seconds=3.0,
    evaluation_size=4,
    evaluation_games=4,
    clean_room="always",
)
WITHOUT_SEARCH = {name: SETTINGS[name] for name in ("sizes", "batch", "warm_up", "replay_ratio")}
RUNS = {
    "gumbel by torch": CONFIG,
    "gumbel by openvino": replace(CONFIG, evaluator="openvino", games=8, checkpoint_minutes=0.2),
    "policy-gradient": replace(CONFIG, trainer="policy-gradient", trainer_settings=WITHOUT_SEARCH, games=60),
}
KEPT: list[Tensor] = []


def keep(module: nn.Module, inputs: Any, output: Any) -> None:
    """The hook of the experiment: hidden states, of every batch, for good."""
    if isinstance(output, Tensor):
        KEPT.append(output.detach())


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    KEPT.clear()
    yield
    KEPT.clear()


class Timed:
    """A trainer of which every step takes a second."""

    def __init__(self, trainer: Trainer, clock: Clock) -> None:
        self.trainer, self.clock, self.sizes = trainer, clock, trainer.sizes
        self.network, self.state_dict = trainer.network, trainer.state_dict
        self.load_state_dict = trainer.load_state_dict

    def step(self) -> StepReport:
        self.clock.now += 1.0
        return self.trainer.step()


Told = list[tuple[str, Mapping[str, Any]]]


def trained(path: Path, config: RunConfig, *, hooked: bool = False) -> Told:
    """A whole run, what it told of; hooked: the network that plays in training has the hook of the experiment."""
    clock, told, folder = Clock(), Told(), RunFolder(path)
    folder.create(config)

    def emit(kind: str, data: Mapping[str, Any]) -> None:
        told.append((kind, data))

    def build() -> Trainer:
        trainer = assembly._build_trainer(MANAGER, config)[0]
        if hooked:
            trainer.network().register_forward_hook(lambda *given: keep(given[0], given[1], given[2].value))
        return Timed(trainer, clock)

    floor = snapshot()
    room = CleanRoom(build(), build, when=config.clean_room, floor=floor)
    run = Run(room, folder, config, track=track(path, config), emit=emit, clock=clock, cpu_clock=clock.cpu)
    assert run.go(threading.Event()).endswith("games are played")
    return told


def texts(told: Told, *, steps: int | None = None) -> list[str]:
    """The warnings, those after so many training steps."""
    return [data["text"] for kind, data in told if kind == "warning" and steps in (None, data["steps"])]


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.timeout(600)  # each room compiles an evaluator anew
def test_a_run_whose_trainer_leaves_is_the_run_whose_trainer_stays(name: str, tmp_path: Path) -> None:
    left, stayed = tmp_path / "left", tmp_path / "stayed"
    told = [trained(left, RUNS[name]), trained(stayed, replace(RUNS[name], clean_room="never"))]
    gone = [[data["trainer_left"] for kind, data in each if kind == "evaluation"] for each in told]
    assert gone == [[True] * len(gone[0]), [False] * len(gone[0])] and len(gone[0]) >= 2
    assert [texts(each) for each in told] == [[], []]
    one, other = networks(left), networks(stayed)
    assert one.keys() == other.keys() and all(same(one[key][1], other[key][1]) for key in one)
    states = [RunFolder(path).newest(MANAGER)[1]["trainer"] for path in (left, stayed)]
    assert difference(*states) == ""
    assert lines(left, "elo.jsonl") == lines(stayed, "elo.jsonl")
    assert logged(left) == logged(stayed) and len(logged(left)) >= 2


def logged(path: Path) -> list[dict[str, Any]]:
    """The lines of the log, but for what the machine had to do with."""
    rows = lines(path, "training.jsonl")
    return [{key: value for key, value in row.items() if not key.startswith(("memory", "room_"))} for row in rows]


@pytest.mark.parametrize("when", ["always", "short"])
def test_the_leak_of_the_experiment_is_caught_at_the_first_evaluation(when: When, tmp_path: Path) -> None:
    """A hook keeps the hidden states of whatever network plays."""
    handle = nn.modules.module.register_module_forward_hook(keep)
    try:
        told = trained(tmp_path / "run", replace(CONFIG, games=1, clean_room=when))
    finally:
        handle.remove()
    assert [kind for kind, _ in told[:4]] == ["started", "judging", "warning", "evaluation"]
    text = told[2][1]["text"]
    assert text.startswith("the evaluation left behind ") and "tensors more" in text and "\n" not in text
    assert f"{__file__}:{inspect.getsourcelines(keep)[1]}" in text


def test_what_training_does_not_take_along_is_named_where_it_leaves(tmp_path: Path) -> None:
    told = trained(tmp_path / "run", replace(CONFIG, games=8), hooked=True)
    assert texts(told, steps=0) == [], "nothing has been played yet"
    found = [text for text in texts(told) if text.startswith("training left behind ")]
    assert found and "tensors more" in found[0] and "KEPT" in found[0]


def test_a_trainer_that_somebody_keeps_is_named() -> None:
    clock = Clock()
    room = CleanRoom(Counter(clock), lambda: Counter(clock), when="always")
    held = {"kept by a test": room.trainer}
    with room.evaluation():
        pass
    assert any("a Counter that should be gone" in each for each in room.what_stayed) and held


def test_it_is_back_however_an_evaluation_ends() -> None:
    clock = Clock()
    room = CleanRoom(Counter(clock), lambda: Counter(clock), when="always")
    room.trainer.step()
    with pytest.raises(KeyboardInterrupt), room.evaluation():
        with pytest.raises(AssertionError, match="has left"):
            room.trainer.step()
        raise KeyboardInterrupt
    assert room.trainer.state_dict() == {"steps": 1} and room.what_stayed == []


def test_one_that_comes_back_other_than_it_left_ends_the_run(tmp_path: Path) -> None:
    class Forgetful(Counter):
        def load_state_dict(self, state: dict[str, Any]) -> None: ...

    clock = Clock()
    room = CleanRoom(Forgetful(clock), lambda: Forgetful(clock), when="always")
    room.trainer.step()
    with pytest.raises(NotRestored, match="other than it left: steps"), room.evaluation():
        pass


def test_it_leaves_where_memory_is_short_and_where_it_can_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    for free, short in ((199, True), (200, False)):
        monkeypatch.setattr(clean_room, "available_bytes", lambda free=free: free)
        monkeypatch.setattr(clean_room, "total_bytes", lambda: 1000)
        for when, leaves in (("always", True), ("short", short), ("never", False)):
            room = CleanRoom(Counter(clock), lambda: Counter(clock), when=when)
            with room.evaluation():
                assert room.left == leaves
            with CleanRoom(Counter(clock), when=when).evaluation():  # nobody can build it anew
                pass


def test_states_differ_by_their_bits() -> None:
    state = {"a": [torch.tensor([0.0, float("nan")]), 1], "b": float("nan"), "c": torch.tensor(1).expand(3)}
    assert difference(state, {**state, "a": [state["a"][0].clone(), 1], "b": float("nan")}) == ""
    assert difference(state, {**state, "a": [torch.tensor([-0.0, float("nan")]), 1]}) == "a/0"
    assert difference(state, {**state, "a": [state["a"][0].double(), 1]}) == "a/0"
    assert difference(state, {**state, "a": [state["a"][0], 1.0]}) == "a/1"
    assert difference(state, {**state, "more": 1}) == "more" and difference({"x": ()}, {"x": (0,)}) == "x/0"

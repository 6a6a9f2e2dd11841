"""Our own plugins pass the suites, and each suite catches what it is there for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest
import torch

import tessera_mamba
import tessera_openvino
import tessera_resnet
from tessera.builtin import torch_evaluator, uniform
from tessera.checkpoints.store import FileStore
from tessera.errors import CheckpointError
from tessera.interfaces.arbiter import ArbiterContext, ArbiterSpec, Entrant, GameRecord, Opening, Task
from tessera.interfaces.network import EvaluatorSpec, NetworkSpec, Outputs
from tessera.interfaces.stores import StoreSpec
from tessera.interfaces.trainer import StepReport, TrainerSpec
from tessera.plugins import build_manager
from tessera.rules.ruleset import PRESETS
from tessera.settings import NoSettings
from tessera.testing import (
    ConformanceError,
    check_arbiter,
    check_evaluator,
    check_network,
    check_plugin,
    check_store,
    check_trainer,
)
from tessera.values import Range

SMALL: dict[str, dict[str, Any]] = {
    "mamba": {"blocks": 2, "width": 32, "pool_every": 1},
    "resnet": {"blocks": 2, "width": 16, "pool_every": 1},
    "tower": {"blocks": 2, "width": 16, "pool_every": 1},
}


@pytest.mark.parametrize("name", ["uniform", "mamba", "resnet", "tower"])
def test_our_networks(name: str) -> None:
    check_network(build_manager().networks[name], sizes=(2, 5, 9, 19), settings=SMALL.get(name))


@pytest.mark.parametrize("plugin", [tessera_mamba, tessera_resnet, tessera_openvino], ids=lambda it: it.__name__)
def test_our_plugins(plugin: Any) -> None:
    check_plugin(plugin)


def test_our_evaluator() -> None:
    check_evaluator(torch_evaluator.SPEC)


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_our_store(scheme: str, tmp_path: Path) -> None:
    (store,) = build_manager(load_entry_points=False).stores.values()
    check_store(store, f"{scheme}{tmp_path}/checkpoints")


@dataclass(frozen=True)
class Open:
    """Settings that bear any width."""

    width: int = 4
    """Channels."""


@dataclass(frozen=True)
class Closed:
    """Settings that bear some."""

    width: Annotated[int, Range(1, 64)] = 4
    """Channels."""


class Toy(torch.nn.Module):
    """A right network to be spoilt in one way at a time."""

    def __init__(self, settings: Open | Closed) -> None:
        super().__init__()
        width = min(max(settings.width, 1), 64)
        self.points = torch.nn.Conv2d(12, width, 1)
        self.out = torch.nn.Conv2d(width, 3, 1)
        self.board = torch.nn.Linear(12, 6)
        self.calls = 0

    def forward(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        self.calls += 1
        points, board = self.out(torch.relu(self.points(planes))).flatten(2), self.board(globals_)
        policy, reply = torch.cat([points[:, 0], board[:, :1]], 1), torch.cat([points[:, 1], board[:, 1:2]], 1)
        return Outputs(policy, board[:, 2:5], board[:, 5], torch.tanh(points[:, 2]), reply)


Spoil = Callable[[Toy, Outputs, torch.Tensor], Any]
SPOILT: dict[str, tuple[Spoil, str]] = {
    "tuple": (lambda net, out, planes: tuple(out), "returns tessera.interfaces.network.Outputs"),
    "shape": (lambda net, out, planes: out._replace(score=out.score[:, None]), "score has the shape"),
    "double": (lambda net, out, planes: out._replace(value=out.value.double()), "value is float32"),
    "nan": (
        lambda net, out, planes: out._replace(opponent_policy=out.opponent_policy / 0),
        "opponent_policy is finite",
    ),
    "range": (lambda net, out, planes: out._replace(ownership=out.ownership + 2), "ownership lies within"),
    "counting": (lambda net, out, planes: out._replace(score=out.score + net.calls), "answers the same twice"),
    "mixing": (
        lambda net, out, planes: out._replace(score=out.score - out.score.mean()),
        "do not influence each other",
    ),
    "writing": (lambda net, out, planes: (planes.zero_(), out)[1], "leaves its inputs alone"),
}


def test_the_right_network_passes_before_it_is_spoilt() -> None:
    check_network(NetworkSpec("right", "for tests", Closed, Toy))


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_network_is_caught(name: str) -> None:
    spoil, words = SPOILT[name]

    class Spoilt(Toy):
        def forward(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
            out: Outputs = spoil(self, super().forward(planes, globals_), planes)
            return out

    spec = NetworkSpec("spoilt", "for tests", Closed, Spoilt)
    with pytest.raises(ConformanceError, match=f"network 'spoilt': expected that .*{words}"):
        check_network(spec)


class Hidden(Toy):
    """Remembers something outside its state_dict."""

    def __init__(self, settings: Closed) -> None:
        super().__init__(settings)
        self.secret = torch.rand(())

    def forward(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        out = super().forward(planes, globals_)
        return out._replace(score=out.score + self.secret.to(out.score.device))


class Idle(Toy):
    """Has a parameter that nothing uses."""

    def __init__(self, settings: Closed) -> None:
        super().__init__(settings)
        self.idle = torch.nn.Parameter(torch.zeros(1))


@pytest.mark.parametrize(
    ("settings", "build", "words"),
    [
        (Closed, Hidden, "state_dict makes another instance answer exactly alike"),
        (Closed, Idle, "parameter 'idle' is used"),
        (Open, Toy, "width=1000000 is refused with BadValue"),
        ({"width": 4}, Toy, "its settings are a dataclass"),
    ],
)
def test_a_network_with_a_hidden_flaw_is_caught(settings: Any, build: Any, words: str) -> None:
    with pytest.raises(ConformanceError, match=words):
        check_network(NetworkSpec("flawed", "for tests", settings, build))


class Halved(torch_evaluator.TorchEvaluator):
    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        outputs = super().evaluate(planes, globals_)
        return outputs._replace(score=outputs.score / 2)


def test_an_evaluator_that_differs_is_caught() -> None:
    with pytest.raises(ConformanceError, match="answers like the module"):
        check_evaluator(EvaluatorSpec("halved", "for tests", Halved))
    with pytest.raises(ConformanceError, match="declares the device 'cpu'"):
        check_evaluator(dataclasses.replace(torch_evaluator.SPEC, devices=("cuda",)))


class Forgetful(FileStore):
    def delete(self, url: str) -> None:
        pass


class Silent(FileStore):
    def get(self, url: str) -> Path:
        try:
            return super().get(url)
        except CheckpointError:
            return Path("/nowhere")


@pytest.mark.parametrize(
    ("store", "words"), [(Forgetful, "deleted is gone"), (Silent, "not there raises CheckpointError")]
)
def test_a_store_that_forgets_is_caught(store: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConformanceError, match=words):
        check_store(StoreSpec("file", "for tests", store), str(tmp_path))


@dataclass(frozen=True)
class SgdSettings:
    """How it can be spoilt."""

    exact: bool = True
    """Its generator is saved."""
    still: bool = False
    """Nothing is learned."""


class Sgd:
    """The smallest trainer: towards a random target, drawn from a generator that is part of its state."""

    def __init__(self, module: torch.nn.Module, device: str, seed: int, settings: SgdSettings) -> None:
        self.module, self.exact, self.still = module, settings.exact, settings.still
        self.dice = torch.Generator().manual_seed(seed)
        self.done = 0

    def step(self) -> StepReport:
        if not self.still:
            with torch.no_grad():
                for parameter in self.module.parameters():
                    parameter += torch.rand(parameter.shape, generator=self.dice)
        self.done += 1
        return StepReport(self.done, self.done, self.done, {"policy": 1.0}, {})

    def network(self) -> torch.nn.Module:
        return self.module

    def state_dict(self) -> dict[str, Any]:
        return {"done": self.done, "dice": self.dice.get_state(), "weights": dict(self.module.state_dict())}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.done = state["done"]
        self.module.load_state_dict(state["weights"])
        if self.exact:
            self.dice.set_state(state["dice"])


TRAINER = TrainerSpec("sgd", "for tests", SgdSettings, Sgd)
TOY = NetworkSpec("toy", "for tests", Closed, Toy)


def test_trainers() -> None:
    check_trainer(TRAINER, TOY)
    with pytest.raises(ConformanceError, match="resumed from its saved state"):
        check_trainer(TRAINER, TOY, settings={"exact": False})
    with pytest.raises(ConformanceError, match="steps change the network"):
        check_trainer(TRAINER, TOY, settings={"still": True})


class Scripted:
    """An arbiter that hands out records."""

    def __init__(self, **changes: Any) -> None:
        self.changes = changes

    def play(self, tasks: Sequence[Task]) -> Generator[GameRecord, None, None]:
        for task in tasks:
            moves = (*task.opening.moves, (2, 1), (1, 25), (2, 25))
            record = GameRecord(
                task.number,
                task.black,
                task.white,
                "B+3.5",
                moves,
                5,
                7.5,
                "chinese-kgs",
                task.opening.name,
                (0.1, 0.2),
            )
            yield dataclasses.replace(record, **self.changes)

    def close(self) -> None:
        pass


def check_scripted(folder: Path, *, accepts: bool = True, **changes: Any) -> None:
    spec = ArbiterSpec(
        "scripted", "for tests", NoSettings, lambda black, white, manager: accepts, lambda *_: Scripted(**changes)
    )
    entrants = {name: Entrant(name, "tessera") for name in "ab"}
    context = ArbiterContext(entrants=entrants, size=5, rules=PRESETS["chinese-kgs"], komi=7.5, logs=folder)
    opening = Opening("corner", ((1, 0),))
    check_arbiter(spec, context=context, tasks=[Task(1, "a", "b", opening), Task(2, "a", "b", opening)])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"accepts": False}, "a and b are accepted"),
        ({"result": "B wins"}, "result 'B wins'"),
        ({"result": "Void"}, "void game says why"),
        ({"result": "Void", "note": "crash", "culprit": "c"}, "void game says why and by whom"),
        ({"black": "b"}, "names the players"),
        ({"attempt": 2}, "opening and attempt"),
        ({"moves": ((2, 1),)}, "begins with its opening"),
        ({"moves": ((1, 0), (2, 0))}, "move 2 is legal"),
        ({"komi": 6.5}, "komi and rules are the league's"),
        ({"seconds": (0.0, -1.0)}, "not negative"),
        ({"number": 1}, "every task is played once"),
    ],
)
def test_arbiters(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    check_scripted(tmp_path)
    with pytest.raises(ConformanceError, match=words):
        check_scripted(tmp_path, **changes)


def test_uniform_knows_nothing() -> None:
    outputs = uniform.build_uniform(NoSettings())(torch.zeros(2, 12, 9, 9), torch.zeros(2, 12))
    assert all(not tensor.any() for tensor in outputs)
    assert outputs.policy.shape == (2, 82)

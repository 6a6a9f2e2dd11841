"""`--evaluator auto`: the quickest that agrees with torch, tried once and remembered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import tessera.players.choice as choice
from tessera.builtin.torch_evaluator import TorchEvaluator
from tessera.errors import MissingExtra
from tessera.interfaces.network import AUTO, EvaluatorSpec, Outputs
from tessera.nn.positions import plausible_positions
from tessera.players.choice import choose
from tessera.players.load import check, open_evaluator
from tessera.plugins import build_manager
from tessera.plugins.manager import Manager
from tessera.rules.features import BASIC
from tessera_resnet.settings import ResNetSettings

Build = Callable[[torch.nn.Module, str], Any]
SHAPE = {"blocks": 1, "width": 8, "pool_every": 1}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(choice, "SECONDS", 0.01)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield tmp_path
    torch.set_num_threads(threads)


class Answers:
    """torch's answers with `off` points of score on top, `slow` seconds late, or at once for a batch seen before."""

    device = "cpu"

    def __init__(self, module: torch.nn.Module, *, off: float, slow: float = 0.0) -> None:
        self._torch, self._off, self._slow = TorchEvaluator(module, "cpu"), off, slow
        self._last: tuple[torch.Tensor, Outputs] | None = None

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        time.sleep(self._slow)
        if self._last is None or self._last[0] is not planes:
            outputs = self._torch.evaluate(planes, globals_)
            self._last = planes, outputs._replace(score=outputs.score + self._off)
        return self._last[1]


def no_package(module: torch.nn.Module, device: str) -> Any:
    raise MissingExtra("it", "package", "extra")


def breaks(module: torch.nn.Module, device: str) -> Any:
    raise RuntimeError("no such instruction")


def manager_with(monkeypatch: pytest.MonkeyPatch, **builds: Build) -> Manager:
    """Our manager with these evaluators, and torch, alone."""
    manager = build_manager()
    specs = {name: EvaluatorSpec(name, "for a test", build, ("cpu",), automatic=True) for name, build in builds.items()}
    monkeypatch.setattr(manager, "evaluators", {"torch": manager.evaluators["torch"], **specs})
    return manager


def network(manager: Manager) -> torch.nn.Module:
    torch.manual_seed(0)
    return manager.networks["tower"].build(ResNetSettings(**SHAPE))


def test_the_quickest_that_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = manager_with(
        monkeypatch,
        wrong=lambda module, device: Answers(module, off=1.5),
        right=lambda module, device: Answers(module, off=0.1),
        slow=lambda module, device: Answers(module, off=0.0, slow=0.05),
        absent=no_package,
        broken=breaks,
    )
    chosen = choose(manager, network(manager), digest="a", device="cpu", size=5)
    assert chosen.evaluator == "right"
    refused = {trial.evaluator: trial.refused for trial in chosen.trials}
    assert refused["wrong"].startswith("score differs from torch's by 1.5")
    assert refused["absent"] == "not installed"
    assert refused["broken"] == "RuntimeError: no such instruction"
    assert refused["torch"] == refused["right"] == refused["slow"] == ""


def test_torch_where_nothing_is_quicker(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = manager_with(monkeypatch, slow=lambda module, device: Answers(module, off=0.0, slow=0.05))
    assert choose(manager, network(manager), digest="a", device="cpu", size=5).evaluator == "torch"


def test_it_is_remembered_for_this_network_and_board(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []

    def build(module: torch.nn.Module, device: str) -> Any:
        built.append(device)
        return Answers(module, off=0.0)

    manager = manager_with(monkeypatch, other=build)
    module = network(manager)
    first = choose(manager, module, digest="a", device="cpu", size=5)
    assert choose(manager, module, digest="a", device="cpu", size=5) == first and len(built) == 1
    for digest, size in (("b", 5), ("a", 6)):
        choose(manager, module, digest=digest, device="cpu", size=size)
    assert len(built) == 3


def test_auto_opens_what_was_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tessera.checkpoints import save

    used: list[int] = []

    class Seen(Answers):
        def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
            used.append(len(planes))
            return super().evaluate(planes, globals_)

    manager = manager_with(monkeypatch, seen=lambda module, device: Seen(module, off=0.0))
    path = tmp_path / "net.pth"
    save(path, network(manager), network="tower", settings=SHAPE)
    check(manager, checkpoint=str(path), player="search", evaluator=AUTO, device="auto")
    evaluator = open_evaluator(manager, checkpoint=str(path), device="cpu", size=5)
    used.clear()
    evaluator.evaluate(*plausible_positions(3, 5, BASIC))
    assert used == [3]

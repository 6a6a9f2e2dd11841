"""Bytes are counted once, whoever holds them; a trainer holds what its plan says."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from tessera.interfaces.trainer import Accountable
from tessera.memory import device
from tessera.memory.held import held_bytes
from tessera.plugins import build_manager
from tessera.settings import from_table

SETTINGS: dict[str, Any] = {
    "sizes": {5: 30, 4: 10},
    "window": 5000,
    "batch": 32,
    "warm_up": 32,
}


def test_every_block_counts_once_for_the_first_that_holds_it() -> None:
    tensor = torch.ones(1000)
    array = np.ones(100, np.uint8)
    holder = SimpleNamespace(inner={"a": [tensor[5:]], "b": array[::2]}, text="x", kind=dict)
    holder.myself = holder
    assert held_bytes({"first": holder, "second": (tensor, array, torch.from_numpy(array), torch.ones(2))}) == {
        "first": 4100,
        "second": 8,
    }
    assert held_bytes({"meta": torch.ones(3, device="meta"), "none": None}) == {"meta": 12, "none": 0}


@pytest.mark.parametrize("name", ["gumbel", "policy-gradient"])
def test_a_trainer_holds_what_was_planned_within_a_tenth(name: str) -> None:
    manager = build_manager()
    spec, network = manager.trainers[name], manager.networks["tower"]
    module = network.build(from_table(network.settings, {"blocks": 2, "width": 32}, owner="tower"))
    searching = {"simulations": 8} if name == "gumbel" else {}
    settings = from_table(spec.settings, SETTINGS | searching, owner=name)
    assert spec.plan is not None
    plan = spec.plan(module, None, settings)
    assert plan.settings == settings
    trainer = spec.build(module, "cpu", 0, settings)
    while trainer.step().steps == 0:
        pass
    trainer.state_dict()
    assert isinstance(trainer, Accountable)
    held = held_bytes(trainer.memory_parts())
    held = {part: size for part, size in held.items() if size or part in plan.parts}
    assert set(held) <= set(plan.parts)
    for part, size in held.items():
        assert size == pytest.approx(plan.parts[part], rel=0.1), part


def test_a_checkpoint_is_about_as_large_as_planned() -> None:
    manager = build_manager()
    spec, network = manager.trainers["policy-gradient"], manager.networks["tower"]
    module = network.build(from_table(network.settings, {"blocks": 1, "width": 16}, owner="tower"))
    settings = from_table(spec.settings, SETTINGS | {"window": 500}, owner="gradient")
    assert spec.plan is not None
    trainer = spec.build(module, "cpu", 0, settings)
    while trainer.step().moves < 40 * 60:
        pass
    size = held_bytes({"state": trainer.state_dict(), "network": trainer.network()})
    assert size["state"] == pytest.approx(spec.plan(module, None, settings).saving, rel=0.35)


def test_devices_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def each(first: int, second: int) -> Any:
        return lambda index: (first, second)[index]

    def without_nvml(index: int) -> int:
        raise ModuleNotFoundError("pynvml")

    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "memory_allocated", each(1, 10))
    monkeypatch.setattr(torch.cuda, "memory_reserved", each(2, 20))
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", each(3, 30))
    monkeypatch.setattr(torch.cuda, "device_memory_used", each(4, 40))
    assert device.device_memory() == (11, 22, 33, 44)
    monkeypatch.setattr(torch.cuda, "device_memory_used", without_nvml)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda index: (95, 100))
    assert device.device_memory() == (11, 22, 33, 10)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)

"""What a block leaves behind is seen, named, and led back to the line that keeps it; a clean block passes."""

from __future__ import annotations

import gc
import inspect
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tessera.memory import device, live
from tessera.memory.sanitizer import MemoryLeak, VRAMSanitizer

KEPT: list[Tensor] = []


def keep(module: nn.Module, inputs: Any, output: Tensor) -> None:
    KEPT.append(output)


class Keeper:
    def __init__(self) -> None:
        self.states: list[Tensor] = []

    def keep(self, module: nn.Module, inputs: Any, output: Tensor) -> None:
        self.states.append(output)

    def __call__(self, module: nn.Module, inputs: Any, output: Tensor) -> None:
        self.states.append(output)


def keep_in(kept: list[Tensor], module: nn.Module, inputs: Any, output: Tensor) -> None:
    kept.append(output)


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64))


def evaluate(net: nn.Module, times: int = 5) -> None:
    with torch.no_grad():
        for _ in range(times):
            net(torch.ones(16, 64))


def line_of(function: Callable[..., Any]) -> str:
    return f"{__file__}:{inspect.getsourcelines(function)[1]}"


@pytest.fixture(autouse=True)
def nothing_kept() -> Any:
    KEPT.clear()
    yield
    KEPT.clear()


def test_a_clean_block_passes() -> None:
    with VRAMSanitizer() as watch:
        net = network()
        handle = net.register_forward_hook(lambda *_: None)
        evaluate(net)
        net(torch.ones(3, 64)).sum().backward()
        torch.optim.Adam(net.parameters()).step()
        watch.must_die(net, net[0])
        handle.remove()
        del net, handle


def test_garbage_in_a_circle_is_no_leak() -> None:
    with VRAMSanitizer():
        circle: list[Any] = [torch.ones(1000)]
        circle.append(circle)
        del circle


def hooks() -> dict[str, tuple[Any, Callable[..., Any]]]:
    """A hook, and the function whose line shall be named."""
    kept: list[Tensor] = []

    def closure(module: nn.Module, inputs: Any, output: Tensor) -> None:
        kept.append(output)

    return {
        "a closure": (closure, closure),
        "a function with a global": (keep, keep),
        "a method": (Keeper().keep, Keeper.keep),
        "an object": (Keeper(), Keeper.__call__),
        "a partial": (partial(keep_in, []), keep_in),
    }


@pytest.mark.parametrize("name", hooks())
@pytest.mark.parametrize("early", [True, False], ids=["there before", "registered within"])
def test_hidden_states_that_a_hook_keeps_lead_to_its_line(name: str, early: bool) -> None:
    hook, named = hooks()[name]
    net = network()
    with pytest.raises(MemoryLeak) as caught, VRAMSanitizer("the evaluation"):
        if early:
            net[1].register_forward_hook(hook)
        evaluate(net)
        if not early:
            net[1].register_forward_hook(hook)
            evaluate(net)
    text = str(caught.value)
    assert text.startswith("the evaluation left memory behind: 5 tensors more, 20,480 bytes") and "\n" not in text
    assert "5 of float32[16, 64] on cpu" in text and line_of(named) in text and "forward hook of ReLU" in text


def test_a_hook_that_was_there_before_is_named_too() -> None:
    net = network()
    net[1].register_forward_hook(keep)
    with pytest.raises(MemoryLeak, match="5 tensors more") as caught, VRAMSanitizer():
        evaluate(net)
    assert line_of(keep) in str(caught.value) and "hooks:" not in str(caught.value)


def test_a_hook_alone_is_a_leak() -> None:
    net = network()
    with pytest.raises(MemoryLeak, match=r"hooks: forward hook of Linear .*<lambda> \(") as caught, VRAMSanitizer():
        net[0].register_forward_hook(lambda *_: None)
    assert len(caught.value.findings) == 1
    with pytest.raises(MemoryLeak, match="backward hook of tensor"), VRAMSanitizer():
        net[0].weight.register_hook(lambda gradient: gradient)
    with pytest.raises(MemoryLeak, match="forward hook of all modules"), VRAMSanitizer():
        handle = nn.modules.module.register_module_forward_hook(keep)
    handle.remove()


def test_the_state_of_a_dead_network_is_named_by_the_global_that_keeps_it() -> None:
    with pytest.raises(MemoryLeak, match=f"the global KEPT of {__name__} keeps them"), VRAMSanitizer() as watch:
        net = network()
        net[1].register_forward_hook(keep)
        watch.must_die(net)
        evaluate(net)
        del net


def test_what_must_die() -> None:
    kept: list[nn.Module] = []

    def cache() -> list[nn.Module]:
        return kept

    with pytest.raises(MemoryLeak, match="a Sequential that should be gone") as caught, VRAMSanitizer() as watch:
        kept.append(network())
        watch.must_die(*kept)
    assert f"cache ({line_of(cache)}) keeps them" in str(caught.value)


def test_views_and_replaced_tensors() -> None:
    weights = {"a": torch.ones(100), "b": torch.ones(50)}
    with VRAMSanitizer():
        weights["a"] = torch.zeros(100)
    with pytest.raises(MemoryLeak, match="1 tensors more, 0 bytes"), VRAMSanitizer():
        weights["c"] = weights["a"][3:]
    with VRAMSanitizer(allowed=10_000):
        weights["d"] = torch.ones(100)


def test_an_error_of_the_block_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), VRAMSanitizer():
        KEPT.append(torch.ones(3))
        raise ZeroDivisionError


def test_bytes_on_a_device_that_python_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = iter([1000, 1000 + 3 * 2**20])
    readings = lambda: device.DeviceMemory(next(counts), 0, 0, 0)  # noqa: E731
    monkeypatch.setattr(live, "device_memory", readings)
    with pytest.raises(MemoryLeak, match=r"3\.0 MiB on CUDA devices"), VRAMSanitizer():
        pass


def test_a_watch_keeps_nothing_alive() -> None:
    tensor = torch.ones(1000)
    watch = VRAMSanitizer()
    with watch:
        pass
    seen = weakref.ref(tensor)
    del tensor
    gc.collect()
    assert seen() is None

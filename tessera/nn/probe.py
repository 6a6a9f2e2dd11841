"""A look into a network while it runs: the hidden state of state-space layers, the activations of blocks.

A state that grows from game to game announces divergence long before the loss does. A probe holds one number per
layer, on the device, and leaves nothing behind: its hooks live as long as its `with` block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn


@runtime_checkable
class Stateful(Protocol):
    """A layer whose state can be measured from the inputs of its forward."""

    def state_norm(self, *inputs: Tensor) -> Tensor:
        """Scalar: the largest norm of the state over everything in the batch."""
        ...


class Probe:
    """What was seen so far: the largest norm of each layer."""

    def __init__(self) -> None:
        self._largest: dict[str, Tensor] = {}

    @property
    def norms(self) -> dict[str, Tensor]:
        """The largest norm seen in each layer, by module name, where it was measured."""
        return dict(self._largest)

    @property
    def norm(self) -> float | None:
        """The largest norm seen in any layer, None if there was none. Waits for the device."""
        if not self._largest:
            return None
        return float(torch.stack(list(self._largest.values())).max())

    @property
    def by_layer(self) -> dict[str, float]:
        """The largest norm seen in each layer, by module name. Waits for the device."""
        return {name: float(value) for name, value in self._largest.items()}

    def record(self, name: str, norm: Tensor) -> None:
        """Keep the larger of the norm seen and this one; a NaN is kept."""
        seen = self._largest.get(name)
        self._largest[name] = norm if seen is None else torch.maximum(seen, norm)


@contextmanager
def state_probe(module: nn.Module) -> Iterator[Probe]:
    """Measure the states of every `Stateful` layer in module while the block runs.

    Costs a small product per layer and forward pass, no gradient memory and no wait for the device.
    """
    probe = Probe()
    stateful = [(name, layer) for name, layer in module.named_modules() if isinstance(layer, Stateful)]
    handles = [
        module.get_submodule(name).register_forward_pre_hook(_watcher(probe, name, layer)) for name, layer in stateful
    ]
    try:
        yield probe
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def activation_probe(module: nn.Module) -> Iterator[Probe]:
    """Measure what each block gives while the block runs: the root of the mean square over all it puts out.

    Blocks are the members of the network's lists of layers (`ModuleList`, `Sequential`); without such, its children.
    """
    lists = [(name, part) for name, part in module.named_children() if isinstance(part, nn.ModuleList | nn.Sequential)]
    named = [(f"{name}.{number}", block) for name, part in lists for number, block in part.named_children()]
    probe = Probe()
    handles = [
        block.register_forward_hook(_measurer(probe, name)) for name, block in (named or list(module.named_children()))
    ]
    try:
        yield probe
    finally:
        for handle in handles:
            handle.remove()


def _measurer(probe: Probe, name: str) -> Callable[[nn.Module, Any, Any], None]:
    def measure(_: nn.Module, inputs: Any, output: Any) -> None:
        first = output[0] if isinstance(output, tuple | list) else output
        if isinstance(first, Tensor):
            with torch.no_grad():
                probe.record(name, first.detach().float().square().mean().sqrt())

    return measure


def _watcher(probe: Probe, name: str, layer: Stateful) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
    def watch(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        with torch.no_grad():
            probe.record(name, layer.state_norm(*inputs))

    return watch

"""A look at the hidden state of state-space layers, for training monitors.

A state that grows from game to game announces divergence long before the loss does. The probe holds one number
per layer, on the device, and leaves nothing behind: its hooks live as long as its `with` block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn


@runtime_checkable
class Stateful(Protocol):
    """A layer whose state can be measured from the inputs of its forward."""

    def state_norm(self, *inputs: Tensor) -> Tensor:
        """Scalar: the largest norm of the state over everything in the batch."""
        ...


class StateProbe:
    """What was seen so far: the largest state norm of each layer."""

    def __init__(self) -> None:
        self._largest: dict[str, Tensor] = {}

    @property
    def norm(self) -> float | None:
        """The largest state norm seen in any layer, None if no layer has a state. Waits for the device."""
        if not self._largest:
            return None
        return float(torch.stack(list(self._largest.values())).max())

    @property
    def by_layer(self) -> dict[str, float]:
        """The largest state norm seen in each layer, by module name. Waits for the device."""
        return {name: float(value) for name, value in self._largest.items()}

    def record(self, name: str, norm: Tensor) -> None:
        """Keep the larger of the norm seen and this one; a NaN is kept."""
        seen = self._largest.get(name)
        self._largest[name] = norm if seen is None else torch.maximum(seen, norm)


@contextmanager
def state_probe(module: nn.Module) -> Iterator[StateProbe]:
    """Measure the states of every `Stateful` layer in module while the block runs.

    Costs a small product per layer and forward pass, no gradient memory and no wait for the device.
    """
    probe = StateProbe()
    stateful = [(name, layer) for name, layer in module.named_modules() if isinstance(layer, Stateful)]
    handles = [
        module.get_submodule(name).register_forward_pre_hook(_watcher(probe, name, layer)) for name, layer in stateful
    ]
    try:
        yield probe
    finally:
        for handle in handles:
            handle.remove()


def _watcher(probe: StateProbe, name: str, layer: Stateful) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
    def watch(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        with torch.no_grad():
            probe.record(name, layer.state_norm(*inputs))

    return watch

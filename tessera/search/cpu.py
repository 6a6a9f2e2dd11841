"""The search over a batch of trees on the CPU: one game per loop turn, games independent of each other."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from tessera.interfaces.network import Outputs
from tessera.rules.jit import Batched, serial_kernel
from tessera.rules.layout import tables
from tessera.search import bodies
from tessera.search.reroot import reroot
from tessera.search.settings import KernelSettings

PARALLEL_FROM = 512
"""Games from which numba's threads are woken unless a search asks for one thread. They pay on an idle machine
only: on a busy one every step waits for its slowest thread, and 256 searches of 64 simulations took 4 times as
long on two threads as on one."""


def _batched(function: Callable[..., None]) -> Callable[..., None]:
    loop = Batched(function, parallel_from=PARALLEL_FROM)

    def run(tree: Any, *arguments: Any) -> None:
        loop(tree.size.shape[0], tree, *arguments)

    return run


@_batched
def _plant(tree, work, n, t, states, seen):
    for b in prange(tree.size.shape[0]):
        bodies.plant(tree, work, b, n, t, states[b], seen[b])


@_batched
def _draw_gumbel(tree, work, scale):
    for b in prange(tree.size.shape[0]):
        bodies.draw_gumbel(tree, work, b, scale)


@_batched
def _descend(tree, work, n, t, seen, schedule, simulation, settings):
    for b in prange(tree.size.shape[0]):
        bodies.descend(tree, work, b, n, t, seen[b], schedule, simulation, settings)


@_batched
def _absorb(tree, work, n, policy, value, score, ownership, settings):
    for b in prange(tree.size.shape[0]):
        bodies.absorb(tree, work, b, n, policy, value, score, ownership, settings)


@_batched
def _gumbel_choices(tree, work, settings, actions, policies):
    for b in prange(tree.size.shape[0]):
        actions[b] = bodies.gumbel_choice(tree, work, b, settings, policies[b])


@serial_kernel
def _reroot(tree, b, action, moved):
    return reroot(tree, b, action, moved)


class CpuBackend:
    """The calls of `backend.Backend` for arrays in main memory, one board side."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._t = tables(size)

    def adopt(self, array: Any) -> Any:
        return np.asarray(array)

    def constant(self, array: Any) -> Any:
        return array

    def answers(self, outputs: Outputs) -> tuple[Any, Any, Any, Any]:
        policy, value, score, ownership = (
            output.detach().float().cpu().contiguous().numpy()
            for output in (outputs.policy, outputs.value, outputs.score, outputs.ownership)
        )
        return policy, value, score, ownership

    def filled(self, work: Any) -> NDArray[np.int64]:
        return np.flatnonzero(work.leaf >= 0)

    def plant(self, tree: Any, work: Any, states: Any, seen: Any) -> None:
        _plant(tree, work, self.size, self._t, states, seen)

    def draw_gumbel(self, tree: Any, work: Any, scale: float) -> None:
        _draw_gumbel(tree, work, scale)

    def descend(
        self, tree: Any, work: Any, seen: Any, schedule: Any, simulation: int, settings: KernelSettings
    ) -> None:
        _descend(tree, work, self.size, self._t, seen, schedule, simulation, settings)

    def absorb(self, tree: Any, work: Any, answers: tuple[Any, Any, Any, Any], settings: KernelSettings) -> None:
        _absorb(tree, work, self.size, *answers, settings)

    def gumbel_choices(self, tree: Any, work: Any, settings: KernelSettings, actions: Any, policies: Any) -> None:
        _gumbel_choices(tree, work, settings, actions, policies)

    def reroot(self, tree: Any, game: int, action: int) -> bool:
        return bool(_reroot(tree, game, action, np.empty(tree.parent.shape[1], np.int32)))

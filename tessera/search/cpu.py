"""The search over a batch of trees on the CPU: one game per loop turn, games independent of each other."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from tessera.interfaces.network import Outputs
from tessera.rules.cpu import FEATURES
from tessera.rules.jit import Batched, serial_kernel
from tessera.rules.layout import tables
from tessera.search import per_game
from tessera.search.reuse_subtree import reuse_subtree
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
def _init(tree, work, n, t, states, seen):
    for b in prange(tree.size.shape[0]):
        per_game.init(tree, work, b, n, t, states[b], seen[b])


@_batched
def _draw_gumbel(tree, work, scale):
    for b in prange(tree.size.shape[0]):
        per_game.draw_gumbel(tree, work, b, scale)


@_batched
def _simulate(tree, work, n, t, seen, schedule, simulation, settings):
    for b in prange(tree.size.shape[0]):
        per_game.simulate(tree, work, b, n, t, seen[b], schedule, simulation, settings)


@_batched
def _expand_and_backward(tree, work, n, policy, value, score, ownership, settings):
    for b in prange(tree.size.shape[0]):
        per_game.expand_and_backward(tree, work, b, n, policy, value, score, ownership, settings)


@_batched
def _gumbel_choices(tree, work, settings, actions, policies):
    for b in prange(tree.size.shape[0]):
        actions[b] = per_game.gumbel_choice(tree, work, b, settings, policies[b])


@serial_kernel
def _reuse_subtree(tree, b, action, moved):
    return reuse_subtree(tree, b, action, moved)


class CpuBackend:
    """The calls of `backend.Backend` for arrays in main memory, one board side."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._t = tables(size)

    def adopt(self, array: Any) -> Any:
        return np.asarray(array)

    def constant(self, array: Any) -> Any:
        return array

    def network_outputs(self, outputs: Outputs) -> tuple[Any, Any, Any, Any]:
        policy, value, score, ownership = (
            output.detach().float().cpu().contiguous().numpy()
            for output in (outputs.policy, outputs.value, outputs.score, outputs.ownership)
        )
        return policy, value, score, ownership

    def filled(self, work: Any) -> NDArray[np.int64]:
        return np.flatnonzero(work.leaf >= 0)

    def init(self, tree: Any, work: Any, states: Any, seen: Any) -> None:
        _init(tree, work, self.size, self._t, states, seen)

    def draw_gumbel(self, tree: Any, work: Any, scale: float) -> None:
        _draw_gumbel(tree, work, scale)

    def simulate(
        self, tree: Any, work: Any, seen: Any, schedule: Any, simulation: int, settings: KernelSettings
    ) -> None:
        _simulate(tree, work, self.size, self._t, seen, schedule, simulation, settings)

    def features(self, name: str, tree: Any, work: Any) -> None:
        arrays = (tree.state, work.leaf, work.planes, work.globals_, work.scratch)
        FEATURES[name](len(work.leaf), self.size, self._t, *arrays)

    def expand_and_backward(
        self, tree: Any, work: Any, outputs: tuple[Any, Any, Any, Any], settings: KernelSettings
    ) -> None:
        _expand_and_backward(tree, work, self.size, *outputs, settings)

    def gumbel_choices(self, tree: Any, work: Any, settings: KernelSettings, actions: Any, policies: Any) -> None:
        _gumbel_choices(tree, work, settings, actions, policies)

    def reuse_subtree(self, tree: Any, game: int, action: int) -> bool:
        return bool(_reuse_subtree(tree, game, action, np.empty(tree.parent.shape[1], np.int32)))

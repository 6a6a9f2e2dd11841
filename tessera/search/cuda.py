"""The search over a batch of trees on a GPU: one tree per thread, launched on the caller's stream (extra `cuda`).

The functions of per_game.py are those the CPU runs. Trees and workspace travel to the kernels as the named tuples they
are; all arrays of a launch together take some 2,300 of the 4,096 bytes that CUDA leaves for arguments. Nothing here
waits for the device. See `tessera.rules.cuda`, also for how to run it in numba's simulator.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import cuda

from tessera.errors import BadValue
from tessera.interfaces.network import Outputs
from tessera.rules.cuda import FEATURES, Place, as_device_array, check_device, launch
from tessera.rules.layout import Tables, tables
from tessera.search import per_game
from tessera.search.settings import KernelSettings


@cuda.jit
def _init(tree, work, n, t, states, seen):
    b = cuda.grid(1)
    if b < tree.size.shape[0]:
        per_game.init(tree, work, b, n, t, states[b], seen[b])


@cuda.jit
def _draw_gumbel(tree, work, scale):
    b = cuda.grid(1)
    if b < tree.size.shape[0]:
        per_game.draw_gumbel(tree, work, b, scale)


@cuda.jit
def _simulate(tree, work, n, t, seen, schedule, simulation, settings):
    b = cuda.grid(1)
    if b < tree.size.shape[0]:
        per_game.simulate(tree, work, b, n, t, seen[b], schedule, simulation, settings)


@cuda.jit
def _expand_and_backward(tree, work, n, policy, value, score, ownership, settings):
    b = cuda.grid(1)
    if b < tree.size.shape[0]:
        per_game.expand_and_backward(tree, work, b, n, policy, value, score, ownership, settings)


@cuda.jit
def _gumbel_choices(tree, work, settings, actions, policies):
    b = cuda.grid(1)
    if b < tree.size.shape[0]:
        actions[b] = per_game.gumbel_choice(tree, work, b, settings, policies[b])


class CudaBackend:
    """The calls of `backend.Backend` for arrays on a CUDA device, one board side."""

    def __init__(self, size: int, *, device: str = "cuda", stream: Callable[[], int] | None = None) -> None:
        """`stream` is asked for the CUDA stream handle at every launch; without it the default stream is used.

        Raises `MissingExtra` without numba-cuda, `BadValue` without a device.
        """
        check_device("search on a GPU")
        self.size = size
        self._place = Place.of(device, stream)
        self._t = Tables(*(self.constant(table) for table in tables(size)))

    def adopt(self, array: Any) -> Any:
        with self._place.entered():
            return as_device_array(array)

    def constant(self, array: Any) -> Any:
        with self._place.entered():
            return cuda.to_device(array)

    def network_outputs(self, outputs: Outputs) -> tuple[Any, Any, Any, Any]:
        policy, value, score, ownership = (
            self.adopt(output.detach().float().contiguous())
            for output in (outputs.policy, outputs.value, outputs.score, outputs.ownership)
        )
        return policy, value, score, ownership

    def filled(self, work: Any) -> None:
        return None

    def init(self, tree: Any, work: Any, states: Any, seen: Any) -> None:
        self._launch(_init, tree, work, self.size, self._t, states, seen)

    def draw_gumbel(self, tree: Any, work: Any, scale: float) -> None:
        self._launch(_draw_gumbel, tree, work, scale)

    def simulate(
        self, tree: Any, work: Any, seen: Any, schedule: Any, simulation: int, settings: KernelSettings
    ) -> None:
        self._launch(_simulate, tree, work, self.size, self._t, seen, schedule, simulation, settings)

    def features(self, name: str, tree: Any, work: Any) -> None:
        arrays = (tree.state, work.leaf, work.planes, work.globals_, work.scratch)
        launch(FEATURES[name], work.leaf.shape[0], self._place, self.size, *self._t, *arrays)

    def expand_and_backward(
        self, tree: Any, work: Any, outputs: tuple[Any, Any, Any, Any], settings: KernelSettings
    ) -> None:
        self._launch(_expand_and_backward, tree, work, self.size, *outputs, settings)

    def gumbel_choices(self, tree: Any, work: Any, settings: KernelSettings, actions: Any, policies: Any) -> None:
        self._launch(_gumbel_choices, tree, work, settings, actions, policies)

    def reuse_subtree(self, tree: Any, game: int, action: int) -> bool:
        raise BadValue("device", "cuda", "cpu to keep a tree from move to move", "init a new tree for every move")

    def _launch(self, kernel: Any, tree: Any, *arguments: Any) -> None:
        launch(kernel, tree.size.shape[0], self._place, tree, *arguments)

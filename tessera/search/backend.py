"""The search kernels for one kind of memory: `cpu.CpuBackend`, `cuda.CudaBackend`."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tessera.errors import BadValue
from tessera.interfaces.network import Outputs
from tessera.search.settings import KernelSettings


class Backend(Protocol):
    """The batched calls on `tree` and `work`, whose arrays have been adopted; per_game.py says what each does.

    On a GPU nothing waits for the device.
    """

    def adopt(self, array: Any) -> Any:
        """The caller's memory as the kernels take it, shared. Raises `BadValue` where it lies elsewhere."""
        ...

    def constant(self, array: Any) -> Any:
        """A numpy table as the kernels take it, for good; copied to the device where there is one."""
        ...

    def network_outputs(self, outputs: Outputs) -> tuple[Any, Any, Any, Any]:
        """Policy, value, score and ownership as `expand_and_backward` takes them, float32, beside the trees."""
        ...

    def filled(self, work: Any) -> NDArray[np.int64] | None:
        """The rows of the network's input that are worth evaluating; None where only the device knows."""
        ...

    def init(self, tree: Any, work: Any, states: Any, seen: Any) -> None: ...
    def draw_gumbel(self, tree: Any, work: Any, scale: float) -> None: ...
    def simulate(
        self, tree: Any, work: Any, seen: Any, schedule: Any, simulation: int, settings: KernelSettings
    ) -> None: ...
    def features(self, name: str, tree: Any, work: Any) -> None:
        """Write what the set of that name shows of the nodes in `work.leaf` into `work.planes` and `work.globals_`."""
        ...

    def expand_and_backward(
        self, tree: Any, work: Any, outputs: tuple[Any, Any, Any, Any], settings: KernelSettings
    ) -> None: ...
    def gumbel_choices(self, tree: Any, work: Any, settings: KernelSettings, actions: Any, policies: Any) -> None: ...

    def reuse_subtree(self, tree: Any, game: int, action: int) -> bool:
        """Keep what is below `action` in the tree of `game`; False, and no change, when nothing is known there."""
        ...


def backend_for(device: str, size: int) -> Backend:
    """The backend of a torch device name; on a GPU it launches on torch's current stream."""
    kind = device.partition(":")[0]
    if kind == "cpu":
        from tessera.search.cpu import CpuBackend

        return CpuBackend(size)
    if kind == "cuda":
        from tessera.nn.stream import current_stream
        from tessera.search.cuda import CudaBackend

        return CudaBackend(size, device=device, stream=current_stream(device))
    raise BadValue("device", device, "cpu or cuda")

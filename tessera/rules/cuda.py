"""Batched calls on a GPU: one game per thread, launched on the caller's stream (extra `cuda`).

The bodies are the functions the CPU runs; numba compiles them once more for the GPU. Arrays are shared
through `__cuda_array_interface__`. Nothing here waits for the device: refused actions are counted in the
games (`layout.REFUSED`) instead of raised. Imported only when a CUDA batch is asked for.

    NUMBA_ENABLE_CUDASIM=1 NUMBA_DISABLE_JIT=1     runs all of it in numba's simulator, without a GPU
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import importlib.util
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numba import cuda

from tessera.errors import BadValue, MissingExtra
from tessera.rules import bodies, kernels
from tessera.rules.features.basic import write_basic
from tessera.rules.features.go import write_go
from tessera.rules.features.katago import write_katago
from tessera.rules.layout import TO_PLAY, Tables, meta_at, tables

if not hasattr(np, "row_stack"):  # numpy 2.5 dropped it, and numba-cuda (0.30.4) looks for it when it first compiles
    np.row_stack = np.vstack

THREADS = 32
"""Threads per block: one warp, since games of one warp wait for each other and blocks fill the device."""


@cuda.jit
def _reset(n, geometry, keys, columns, state, seen, which, settings):
    b = cuda.grid(1)
    if b < state.shape[0] and which[b]:
        bodies.reset_game(state[b], n, Tables(geometry, keys, columns), seen[b], settings[b])


@cuda.jit
def _legal(n, geometry, keys, columns, state, seen, path, mask):
    b = cuda.grid(1)
    if b < state.shape[0]:
        bodies.find_legal(state[b], n, Tables(geometry, keys, columns), seen[b], path)
        kernels.write_mask(state[b], n, mask[b])


@cuda.jit
def _step(n, geometry, keys, columns, state, seen, actions):
    b = cuda.grid(1)
    if b < state.shape[0]:
        bodies.step_game(state[b], n, Tables(geometry, keys, columns), seen[b], actions[b])


@cuda.jit
def _pick(n, geometry, keys, columns, state, rng, actions):
    b = cuda.grid(1)
    if b < state.shape[0]:
        actions[b] = bodies.pick_game(state[b], n, Tables(geometry, keys, columns), rng[b : b + 1])


@cuda.jit
def _basic(n, geometry, keys, columns, state, nodes, planes, globals_, scratch):
    b = cuda.grid(1)
    if b < state.shape[0]:
        t = Tables(geometry, keys, columns)
        for k in range(nodes.shape[1]):
            if nodes[b, k] >= 0:
                row, s = b * nodes.shape[1] + k, state[b, nodes[b, k]]
                write_basic(s, n, t, s[meta_at(n) + TO_PLAY], planes[row], globals_[row])


@cuda.jit
def _go(n, geometry, keys, columns, state, nodes, planes, globals_, scratch):
    b = cuda.grid(1)
    if b < state.shape[0]:
        t = Tables(geometry, keys, columns)
        for k in range(nodes.shape[1]):
            if nodes[b, k] >= 0:
                row, s = b * nodes.shape[1] + k, state[b, nodes[b, k]]
                write_go(s, n, t, s[meta_at(n) + TO_PLAY], planes[row], globals_[row], scratch[b])


@cuda.jit
def _katago(n, geometry, keys, columns, state, nodes, planes, globals_, scratch):
    b = cuda.grid(1)
    if b < state.shape[0]:
        t = Tables(geometry, keys, columns)
        for k in range(nodes.shape[1]):
            if nodes[b, k] >= 0:
                row, s = b * nodes.shape[1] + k, state[b, nodes[b, k]]
                write_katago(s, n, t, s[meta_at(n) + TO_PLAY], planes[row], globals_[row], scratch[b])


@cuda.jit
def _over(n, state, seen, over):
    b = cuda.grid(1)
    if b < state.shape[0]:
        over[b] = bodies.game_over(state[b], n, seen[b])


@cuda.jit
def _score(n, geometry, keys, columns, state, score2, owner, scratch):
    b = cuda.grid(1)
    if b < state.shape[0]:
        score2[b] = bodies.score_game(state[b], n, Tables(geometry, keys, columns), owner[b], scratch[b])


FEATURES = {"basic-1": _basic, "go-1": _go, "katago-v7": _katago}
"""By feature set."""


def check_device(feature: str) -> None:
    """Raises `MissingExtra` without numba-cuda, `BadValue` without a device."""
    config: Any = numba.config
    if not config.ENABLE_CUDASIM and importlib.util.find_spec("numba_cuda") is None:
        raise MissingExtra(feature, "numba-cuda", "cuda")
    if not cuda.is_available():
        raise BadValue("device", "cuda", "a CUDA device and driver that numba finds", "use cpu")


def as_device_array(array: Any) -> Any:
    """The caller's device memory as numba sees it, without waiting for pending work."""
    if not hasattr(array, "__cuda_ndarray__"):
        if not hasattr(array, "__cuda_array_interface__"):
            raise BadValue("array", type(array).__name__, "memory on the CUDA device")
        array = cuda.as_cuda_array(array, sync=False)
    if not array.flags["C_CONTIGUOUS"]:
        raise BadValue("array", f"strides {array.strides} for shape {array.shape}", "contiguous memory")
    return array


@dataclass(frozen=True)
class Place:
    """Where kernels run: on the device of that number, the thread's current one without, on the stream that is asked
    for at each launch, the default one without."""

    index: int | None = None
    stream: Callable[[], int] | None = None

    @classmethod
    def of(cls, device: str, stream: Callable[[], int] | None) -> Place:
        """device: torch's name of it, 'cuda' or 'cuda:1'."""
        index = device.partition(":")[2]
        return cls(int(index) if index else None, stream)

    def entered(self) -> AbstractContextManager[Any]:
        """While it lasts the device is the thread's current one, for launches and for memory."""
        return nullcontext() if self.index is None else cuda.gpus[self.index]


def launch(kernel: Any, games: int, place: Place, *arguments: Any) -> None:
    """Run a kernel for so many games."""
    blocks = (games + THREADS - 1) // THREADS
    with place.entered():
        stream = 0 if place.stream is None else cuda.external_stream(place.stream())
        kernel[blocks, THREADS, stream](*arguments)


class CudaBackend:
    """The calls of `batch.Backend` for arrays on a CUDA device, one board side."""

    def __init__(self, size: int, *, device: str = "cuda", stream: Callable[[], int] | None = None) -> None:
        """`stream` is asked for the CUDA stream handle at every launch; without it the default stream is used.

        Raises `MissingExtra` without numba-cuda, `BadValue` without a device.
        """
        check_device("rules on a GPU")
        self.size = size
        self._place = Place.of(device, stream)
        with self._place.entered():
            self._t = tuple(cuda.to_device(table) for table in tables(size))
            self._path = cuda.to_device(np.zeros(1, np.int64))

    def adopt(self, array: Any) -> Any:
        """The caller's device memory as numba sees it, without waiting for pending work; [B, rest] beyond two axes."""
        with self._place.entered():
            array = as_device_array(array)
        if len(array.shape) > 2:
            array = array.reshape(array.shape[0], array.size // array.shape[0])
        return array

    def alone(self, state: Any) -> tuple[Any, Any]:
        with self._place.entered():
            nodes = cuda.to_device(np.zeros((state.shape[0], 1), np.int32))
        return state.reshape(state.shape[0], 1, state.shape[1]), nodes

    def _launch(self, kernel: Any, state: Any, *arguments: Any) -> None:
        launch(kernel, state.shape[0], self._place, self.size, *arguments)

    def reset(self, state: Any, seen: Any, which: Any, settings: Any) -> None:
        self._launch(_reset, state, *self._t, state, seen, which, settings)

    def legal(self, state: Any, seen: Any, mask: Any) -> None:
        self._launch(_legal, state, *self._t, state, seen, self._path, mask)

    def step(self, state: Any, seen: Any, actions: Any) -> None:
        self._launch(_step, state, *self._t, state, seen, actions)

    def pick(self, state: Any, rng: Any, actions: Any) -> None:
        self._launch(_pick, state, *self._t, state, rng, actions)

    def features(self, name: str, state: Any, nodes: Any, planes: Any, globals_: Any, scratch: Any) -> None:
        self._launch(FEATURES[name], state, *self._t, state, nodes, planes, globals_, scratch)

    def over(self, state: Any, seen: Any, over: Any) -> None:
        self._launch(_over, state, state, seen, over)

    def score(self, state: Any, score2: Any, owner: Any, scratch: Any) -> None:
        self._launch(_score, state, *self._t, state, score2, owner, scratch)

"""Batched calls on the CPU: loops over games, on the calling thread or on all of them (see `jit.Batched`)."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from tessera.errors import BadValue
from tessera.rules import bodies, kernels
from tessera.rules.features.basic import write_basic
from tessera.rules.features.go import write_go
from tessera.rules.features.katago import write_katago
from tessera.rules.jit import Batched
from tessera.rules.layout import REFUSED, TO_PLAY, meta_at, tables

PARALLEL_FROM = 1024
"""Games in a batch from which more threads pay; a step of fewer takes less than their start."""


def _reset(n, t, state, seen, which, settings):
    for b in prange(state.shape[0]):
        if which[b]:
            bodies.reset_game(state[b], n, t, seen[b], settings[b])


def _legal(n, t, state, seen, path, mask):
    for b in prange(state.shape[0]):
        bodies.find_legal(state[b], n, t, seen[b], path)
        kernels.write_mask(state[b], n, mask[b])


def _step(n, t, state, seen, actions, refused):
    for b in prange(state.shape[0]):
        if bodies.step_game(state[b], n, t, seen[b], actions[b]):
            refused[0] = 1  # every writer writes the same


def _pick(n, t, state, rng, actions):
    for b in prange(state.shape[0]):
        actions[b] = bodies.pick_game(state[b], n, t, rng[b : b + 1])


def _basic(n, t, state, nodes, planes, globals_, scratch):
    for b in prange(state.shape[0]):
        for k in range(nodes.shape[1]):
            if nodes[b, k] >= 0:
                row, s = b * nodes.shape[1] + k, state[b, nodes[b, k]]
                write_basic(s, n, t, s[meta_at(n) + TO_PLAY], planes[row], globals_[row])


def _go(n, t, state, nodes, planes, globals_, scratch):
    for b in prange(state.shape[0]):
        for k in range(nodes.shape[1]):
            if nodes[b, k] >= 0:
                row, s = b * nodes.shape[1] + k, state[b, nodes[b, k]]
                write_go(s, n, t, s[meta_at(n) + TO_PLAY], planes[row], globals_[row], scratch[b])


def _katago(n, t, state, nodes, planes, globals_, scratch):
    for b in prange(state.shape[0]):
        for k in range(nodes.shape[1]):
            if nodes[b, k] >= 0:
                row, s = b * nodes.shape[1] + k, state[b, nodes[b, k]]
                write_katago(s, n, t, s[meta_at(n) + TO_PLAY], planes[row], globals_[row], scratch[b])


def _over(n, state, seen, over):
    for b in prange(state.shape[0]):
        over[b] = bodies.game_over(state[b], n, seen[b])


def _score(n, t, state, score2, owner, scratch):
    for b in prange(state.shape[0]):
        score2[b] = bodies.score_game(state[b], n, t, owner[b], scratch[b])


LOOPS = {
    loop.__name__: Batched(loop, parallel_from=PARALLEL_FROM) for loop in (_reset, _legal, _step, _pick, _over, _score)
}
FEATURES = {
    name: Batched(loop, parallel_from=PARALLEL_FROM)
    for name, loop in (("basic-1", _basic), ("go-1", _go), ("katago-v7", _katago))
}
"""By feature set: `batch.Backend.features`."""


def as_array(array: Any) -> NDArray[Any]:
    """The caller's memory as a numpy array: a numpy array, a torch CPU tensor, or whatever speaks DLPack.

    Booleans are seen as bytes. Raises `BadValue` for memory that is not on the CPU.
    """
    if not isinstance(array, np.ndarray):
        try:
            array = array.numpy() if hasattr(array, "numpy") else np.from_dlpack(array)
        except (TypeError, BufferError, RuntimeError, AttributeError) as error:
            raise BadValue("array", type(array).__name__, f"memory on the CPU ({error})") from None
    if not (array.flags.c_contiguous and array.flags.writeable):
        raise BadValue("array", f"strides {array.strides} for shape {array.shape}", "contiguous, writeable memory")
    return array.view(np.uint8) if array.dtype == np.bool_ else array


def _refused(state: NDArray[np.int32], size: int) -> str:
    games = np.flatnonzero(state[:, meta_at(size) + REFUSED])
    return f"a stone or no point in games {', '.join(map(str, games[:5]))}{', ...' if len(games) > 5 else ''}"


class CpuBackend:
    """The calls of `batch.Backend` for arrays in main memory, one board side."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._t = tables(size)
        self._path = np.zeros(1, np.int64)

    def adopt(self, array: Any) -> NDArray[Any]:
        view = as_array(array)
        return view.reshape(len(view), -1) if view.ndim > 2 else view

    def alone(self, state: Any) -> tuple[Any, Any]:
        return state[:, None], np.zeros((len(state), 1), np.int32)

    def reset(self, state: Any, seen: Any, which: Any, settings: Any) -> None:
        LOOPS["_reset"](len(state), self.size, self._t, state, seen, which, settings)

    def legal(self, state: Any, seen: Any, mask: Any) -> None:
        LOOPS["_legal"](len(state), self.size, self._t, state, seen, self._path, mask)

    def step(self, state: Any, seen: Any, actions: Any) -> None:
        refused = np.zeros(1, np.uint8)
        LOOPS["_step"](len(state), self.size, self._t, state, seen, actions, refused)
        if refused[0]:
            raise BadValue("actions", _refused(state, self.size), "empty points, or P to pass")

    def pick(self, state: Any, rng: Any, actions: Any) -> None:
        LOOPS["_pick"](len(state), self.size, self._t, state, rng, actions)

    def features(self, name: str, state: Any, nodes: Any, planes: Any, globals_: Any, scratch: Any) -> None:
        FEATURES[name](len(state), self.size, self._t, state, nodes, planes, globals_, scratch)

    def over(self, state: Any, seen: Any, over: Any) -> None:
        LOOPS["_over"](len(state), self.size, state, seen, over)

    def score(self, state: Any, score2: Any, owner: Any, scratch: Any) -> None:
        LOOPS["_score"](len(state), self.size, self._t, state, score2, owner, scratch)

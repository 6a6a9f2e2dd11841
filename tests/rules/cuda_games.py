"""Random games by the CUDA wrappers, compared with arrays the CPU made: a script for numba's simulator, and for a GPU.

NUMBA_ENABLE_CUDASIM=1 NUMBA_DISABLE_JIT=1 python -W error -m tests.rules.cuda_games expected.npz
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from tessera.rules.batch import Batch, allocate, seeds, settings_row
from tessera.rules.features import BASIC, GO, KATAGO, FeatureSet
from tessera.rules.ruleset import PRESETS

RULES = [PRESETS[name] for name in ("tromp-taylor", "japanese", "new-zealand", "chinese", "aga")]
CASES = (
    *((2, 5, 24, BASIC), (3, 5, 40, BASIC), (5, 3, 20, BASIC)),
    *((3, 4, 40, GO), (5, 3, 24, GO)),
    *((3, 4, 40, KATAGO), (5, 3, 20, KATAGO)),
)
"""Size, games, steps, features; small since the simulator runs Python threads."""


def play(
    size: int,
    games: int,
    steps: int,
    features: FeatureSet,
    device: str,
    make: Callable[[Any], Any],
    host: Callable[[Any], Any] = np.asarray,
) -> dict[str, Any]:
    """All arrays of a batch after random games with resets in between, and the planes and globals of every step.

    `make` puts a numpy array on the device, `host` brings it back.
    """
    arrays = allocate(games, size, np.zeros, features)
    arrays["rng"][:] = seeds(games, size)
    arrays["settings"][:] = [settings_row(RULES[i % len(RULES)]) for i in range(games)]
    arrays["which"][:] = True
    arrays = {name: make(array) for name, array in arrays.items()}
    batch = Batch(size, arrays, features=features, device=device)
    resets = Batch(size, arrays | {"which": arrays["over"]}, features=features, device=device)
    batch.reset()
    shown, told = [], []
    for step in range(steps):
        if step % 15 == 14:
            resets.reset()
        batch.legal()
        batch.features()
        shown.append(host(arrays["planes"]).copy())
        told.append(host(arrays["globals_"]).copy())
        batch.pick()
        batch.step()
        batch.find_over()
    batch.score()
    return arrays | {"shown": np.stack(shown), "told": np.stack(told)}


def expected() -> dict[str, Any]:
    """What the CPU makes of all cases, as flat names for `np.savez`."""
    return {
        f"{case}/{name}": array
        for case, (size, games, steps, features) in enumerate(CASES)
        for name, array in play(size, games, steps, features, "cpu", lambda array: array).items()
    }


def to_host(array: Any) -> Any:
    return array.copy_to_host() if hasattr(array, "copy_to_host") else array


def main(path: str) -> None:
    from numba import cuda

    with np.load(path) as saved:
        for case, (size, games, steps, features) in enumerate(CASES):
            for name, array in play(size, games, steps, features, "cuda", cuda.to_device, to_host).items():
                found, wanted = to_host(array), saved[f"{case}/{name}"]
                assert np.array_equal(found, wanted), f"{name} on {size}x{size}"
    print("equal")


if __name__ == "__main__":
    main(sys.argv[1])

"""Searches by the CUDA wrappers, compared with trees the CPU made: a script for numba's simulator, and for a GPU.

NUMBA_ENABLE_CUDASIM=1 NUMBA_DISABLE_JIT=1 python -W error -m tests.search.cuda_searches expected.npz

The simulator has no tensors: its arrays are views of torch's memory on the CPU here, so that the search is driven by
the very `BatchSearch` that drives a GPU.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch

import numpy as np

from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS
from tessera.search.batch import BatchSearch
from tessera.search.settings import SearchSettings
from tests.search.worlds import Hashed

Build = Callable[..., BatchSearch]
"""The constructor of a search without its first argument."""
CASES: dict[str, tuple[int, int, int, SearchSettings]] = {
    "gumbel on 3x3": (3, 5, 1, SearchSettings(gumbel_root=True, max_num_considered_actions=4)),
    "gumbel on 4x4": (4, 9, 1, SearchSettings(gumbel_root=True, max_num_considered_actions=16)),
    "puct on 3x3": (3, 6, 2, SearchSettings()),
}
"""Size, steps, leaves, settings; small since the simulator runs Python threads."""
NODES = 12
KO = (1, 2, 4, 7, 9, 10, 15, 5)
"""Moves on 4x4: Black may take at 6, and then White may not take back."""


def beginnings(size: int) -> list[Game]:
    """Positions under several rules: superko matters in the fourth (4x4), the fifth is a pass from its end."""
    openings: list[tuple[int, ...]] = [(), (size,), (0, size + 1, 2), KO if size == 4 else (1, 3), (1, size * size)]
    games = []
    for i, moves in enumerate(openings):
        games.append(Game(size, rules=PRESETS[("tromp-taylor", "japanese", "new-zealand")[i % 3]]))
        for move in moves:
            games[i].play(games[i].to_play, move)
    return games


def on_the_cpu(*, size: int, **options: Any) -> BatchSearch:
    return BatchSearch(Hashed(size), size=size, **options)


def in_the_simulator(*, size: int, **options: Any) -> BatchSearch:
    from numba.cuda.simulator.cudadrv.devicearray import FakeCUDAArray

    from tessera.search.cuda import CudaBackend

    class Simulated(CudaBackend):
        def adopt(self, array: Any) -> Any:
            return super().adopt(FakeCUDAArray(np.asarray(array)))

    with patch("tessera.search.batch.backend_for", lambda device, size: Simulated(size)):
        return BatchSearch(Hashed(size), size=size, **options)


def search(case: str, build: Build, put: Callable[[Any], Any]) -> dict[str, Any]:
    """Every array of the trees after two searches from one seed, and what they chose. `put` moves arrays to them."""
    size, steps, leaves, settings = CASES[case]
    games = beginnings(size)
    owners = "puct" in case
    found = build(size=size, games=5, nodes=NODES, leaves=leaves, settings=settings, seed=3, owners=owners)
    results: dict[str, Any] = {}
    for count in (3, 5):  # fewer than were allocated, then all
        found.set_roots(*(put(np.stack([getattr(g, name) for g in games[:count]])) for name in ("state", "seen")))
        if settings.gumbel_root:
            found.run_gumbel(steps)
            results |= dict(zip((f"{count}/actions", f"{count}/policies"), found.choices(), strict=True))
        else:
            found.step(1)
            for _ in range(steps - 1):
                found.step()
        results |= {f"{count}/{name}": array.clone() for name, array in found.tree._asdict().items()}
    return {f"{case}/{name}": array.cpu().numpy() for name, array in results.items()}


def searches(build: Build, put: Callable[[Any], Any] = lambda array: array) -> dict[str, Any]:
    return {name: array for case in CASES for name, array in search(case, build, put).items()}


def check_equal(found: Mapping[str, Any], wanted: Mapping[str, Any], *, tolerance: float) -> None:
    """Whole numbers (visits, actions, positions, ...) are the same, others within the tolerance."""
    assert set(found) == set(wanted)
    for name, array in found.items():
        if array.dtype.kind == "f":
            assert np.allclose(array, wanted[name], rtol=tolerance, atol=tolerance), name
        else:
            assert np.array_equal(array, wanted[name]), name


def main(path: str) -> None:
    found = searches(in_the_simulator)
    check_equal(found, searches(on_the_cpu), tolerance=0.0)  # both in plain Python
    with np.load(path) as compiled:
        # Compiled code calculates in float64 where plain Python stays in float32.
        check_equal(found, compiled, tolerance=1e-5)
    print("equal")


if __name__ == "__main__":
    main(sys.argv[1])

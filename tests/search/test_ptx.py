"""Every CUDA kernel of rules and search compiles for a device. Needs numba-cuda and NVIDIA's compiler, but no GPU.

pip install 'numba-cuda[cu12]' && pytest tests/search/test_ptx.py
"""

from __future__ import annotations

import importlib.util
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tessera.rules.batch import Batch, allocate
from tessera.rules.features import GO, KATAGO
from tessera.rules.game import Game
from tessera.search.batch import BatchSearch
from tessera.search.settings import SearchSettings
from tests.search.worlds import Constant

pytestmark = pytest.mark.skipif(importlib.util.find_spec("numba_cuda") is None, reason="needs numba-cuda")
CAPABILITY = (9, 0)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Kernels are compiled for the arguments of a launch and not run: their PTX by name."""
    import numba
    from numba import cuda

    found: dict[str, str] = {}

    def compile_instead(kernel: Any, games: int, stream: Any, *arguments: Any) -> None:
        types = tuple(numba.typeof(argument) for argument in arguments)
        found[kernel.py_func.__name__], _ = cuda.compile_ptx(kernel.py_func, types, cc=CAPABILITY)

    device = SimpleNamespace(compute_capability=CAPABILITY)
    monkeypatch.setattr("numba.cuda.dispatcher.get_current_device", lambda: device)
    monkeypatch.setattr("numba.cuda.to_device", np.array)
    for module in ("tessera.rules.cuda", "tessera.search.cuda"):
        monkeypatch.setattr(f"{module}.check_device", lambda feature: None)
        monkeypatch.setattr(f"{module}.as_device_array", np.asarray)
        monkeypatch.setattr(f"{module}.launch", compile_instead)
    return found


def check(compiled: dict[str, str], *names: str) -> None:
    assert set(compiled) == set(names)
    assert all(".target sm_90" in ptx and ".entry" in ptx for ptx in compiled.values())


def test_rules(compiled: dict[str, str]) -> None:
    games = Batch(9, allocate(2, 9, np.zeros), device="cuda")
    for call in (games.reset, games.legal, games.pick, games.step, games.features, games.find_over, games.score):
        call()
    for kind in (GO, KATAGO):
        Batch(9, allocate(2, 9, np.zeros, kind), features=kind, device="cuda").features()
    check(compiled, "_reset", "_legal", "_pick", "_step", "_basic", "_go", "_katago", "_over", "_score")


def test_search(compiled: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    from tessera.search.cuda import CudaBackend

    monkeypatch.setattr("tessera.search.batch.backend_for", lambda device, size: CudaBackend(size))
    game = Game(9)
    search = BatchSearch(Constant(), size=9, nodes=4, settings=SearchSettings(gumbel_root=True))
    search.set_roots(game.state[None], game.seen[None])
    search.run_gumbel(1)
    search.choices()
    check(compiled, "_init", "_basic", "_simulate", "_expand_and_backward", "_draw_gumbel", "_gumbel_choices")

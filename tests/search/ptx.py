"""PTX of every CUDA kernel of rules and search, and what ptxas makes of it. Needs NVIDIA's compiler and no GPU.

pip install 'numba-cuda[cu12]' && python -m tests.search.ptx    # a table: registers, stack and spills by architecture
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

from tessera.rules.batch import Batch, allocate
from tessera.rules.features import GO, KATAGO
from tessera.rules.game import Game
from tessera.search.batch import BatchSearch
from tessera.search.settings import SearchSettings
from tests.search.worlds import Constant

ARCHITECTURES = {"sm_80": (8, 0), "sm_90": (9, 0), "sm_120": (12, 0)}
"""Of the A100, of the H100 and H200, and of the GeForce RTX 50: names and compute capabilities."""


@contextmanager
def compiling(capability: tuple[int, int]) -> Iterator[dict[str, str]]:
    """Kernels are compiled for the arguments of a launch and not run: their PTX by name."""
    import numba
    from numba import cuda

    import tessera.rules.cuda
    import tessera.search.cuda  # both before anything is patched, or one would keep the other's patch

    found: dict[str, str] = {}

    def compile_instead(kernel: Any, games: int, place: Any, *arguments: Any) -> None:
        types = tuple(numba.typeof(argument) for argument in arguments)
        found[kernel.py_func.__name__], _ = cuda.compile_ptx(kernel.py_func, types, cc=capability)

    device = SimpleNamespace(compute_capability=capability)
    with ExitStack() as patches:

        def patch(name: str, value: Any) -> None:
            patches.enter_context(mock.patch(name, value))

        patch("numba.cuda.dispatcher.get_current_device", lambda: device)
        patch("numba.cuda.to_device", np.array)
        for module in (tessera.rules.cuda, tessera.search.cuda):
            patch(f"{module.__name__}.check_device", lambda feature: None)
            patch(f"{module.__name__}.as_device_array", np.asarray)
            patch(f"{module.__name__}.launch", compile_instead)
        yield found


def rules(capability: tuple[int, int]) -> dict[str, str]:
    with compiling(capability) as found:
        games = Batch(9, allocate(2, 9, np.zeros), device="cuda")
        for call in (games.reset, games.legal, games.pick, games.step, games.features, games.find_over, games.score):
            call()
        for kind in (GO, KATAGO):
            Batch(9, allocate(2, 9, np.zeros, kind), features=kind, device="cuda").features()
    return found


def search(capability: tuple[int, int]) -> dict[str, str]:
    with compiling(capability) as found:
        from tessera.search.cuda import CudaBackend

        with mock.patch("tessera.search.batch.backend_for", lambda device, size: CudaBackend(size)):
            game = Game(9)
            search = BatchSearch(Constant(), size=9, nodes=4, settings=SearchSettings(gumbel_root=True))
            search.set_roots(game.state[None], game.seen[None])
            search.run_gumbel(1)
            search.choices()
    return found


class Assembled(NamedTuple):
    registers: int
    stack: int
    spills: int
    """Bytes stored and loaded because registers ran out."""


def ptxas() -> Path:
    """NVIDIA's assembler, as `numba-cuda[cu12]` brings it."""
    import nvidia.cuda_nvcc

    return Path(nvidia.cuda_nvcc.__path__[0]) / "bin" / "ptxas"


def assemble(ptx: str, architecture: str, *options: str) -> Assembled:
    """What one kernel takes on that architecture, by `ptxas -v`."""
    command = [str(ptxas()), "-v", "-arch", architecture, *options, "-o", "/dev/null", "-"]
    done = subprocess.run(command, input=ptx, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr

    def number(pattern: str) -> int:
        return sum(int(found) for found in re.findall(pattern, done.stderr))

    spills = number(r"(\d+) bytes spill stores") + number(r"(\d+) bytes spill loads")
    return Assembled(number(r"Used (\d+) registers"), number(r"(\d+) bytes stack frame"), spills)


def main() -> None:
    print("| kernel | " + " | ".join(ARCHITECTURES) + " |")
    print("|---" * (len(ARCHITECTURES) + 1) + "|")
    rows: dict[str, list[Assembled]] = {}
    for architecture, capability in ARCHITECTURES.items():
        for name, ptx in (rules(capability) | search(capability)).items():
            rows.setdefault(name, []).append(assemble(ptx, architecture))
    for name, cells in sorted(rows.items(), key=lambda row: -max(cell.registers for cell in row[1])):
        print(f"| `{name}` | " + " | ".join(f"{r}, {stack} B, {spills} B" for r, stack, spills in cells) + " |")


if __name__ == "__main__":
    main()

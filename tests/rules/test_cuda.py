"""The CUDA wrappers against the CPU: in numba's simulator everywhere, on a GPU where there is one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tessera.errors import MissingExtra, TesseraError
from tessera.rules.features import GO, KATAGO
from tests.rules import cuda_games

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_in_the_simulator(tmp_path: Path) -> None:
    """The JIT is off too: with it on, compiled helpers refuse the simulator's arrays. Warnings are errors."""
    expected = cuda_games.expected()
    for kind in (GO, KATAGO):
        shown = [expected[f"{case}/shown"] for case, (*_, features) in enumerate(cuda_games.CASES) if features is kind]
        occurs = [any(each[:, :, plane].any() for each in shown) for plane in range(kind.plane_count)]
        assert occurs == [not name.startswith("always 0") for name in kind.planes], "every plane occurs"
    np.savez(tmp_path / "expected.npz", **expected)
    done = run(
        "-m",
        "tests.rules.cuda_games",
        str(tmp_path / "expected.npz"),
        NUMBA_ENABLE_CUDASIM="1",
        NUMBA_DISABLE_JIT="1",
    )
    assert done.stdout == "equal\n", done.stderr


def test_what_is_missing_is_named() -> None:
    """Without numba-cuda or a device there is one line that says so."""
    from tessera.rules.cuda import CudaBackend

    try:
        CudaBackend(9)
    except MissingExtra as error:
        assert str(error) == "rules on a GPU needs the package 'numba-cuda': pip install 'tessera-go[cuda]'"
    except TesseraError as error:
        assert "a CUDA device and driver" in str(error)


def test_imported_only_when_asked_for() -> None:
    program = "import sys, tessera.rules.batch as b; b.backend_for('cpu', 9); sys.exit('numba.cuda' in sys.modules)"
    assert run("-W", "ignore", "-c", program).returncode == 0


def test_a_numpy_without_row_stack_is_no_obstacle() -> None:
    """numpy 2.5 has none, and numba-cuda asks for it when it first compiles a kernel."""
    program = "import numpy as np; vars(np).pop('row_stack', 0); import tessera.rules.cuda; np.row_stack"
    done = run("-W", "ignore", "-c", program, NUMBA_ENABLE_CUDASIM="1", NUMBA_DISABLE_JIT="1")
    assert done.returncode == 0, done.stderr


def test_a_device_by_number_is_entered_for_memory_and_launches() -> None:
    """In the simulator, with a second device that only notes that it was entered."""
    done = run("-W", "ignore", "-c", SECOND_DEVICE, NUMBA_ENABLE_CUDASIM="1", NUMBA_DISABLE_JIT="1")
    assert done.stdout == "stream of cuda:1 True True\n", done.stdout + done.stderr


SECOND_DEVICE = """
import contextlib, numpy as np
from unittest import mock
from numba import cuda
from tessera.rules.batch import Batch, allocate
entered = 0
class Second(contextlib.nullcontext):
    def __enter__(self):
        global entered
        entered += 1
asked = []
gpus = mock.patch.object(cuda, "gpus", [None, Second()])
streams = mock.patch.object(cuda, "external_stream", lambda handle: 0, create=True)  # the simulator has none
with gpus, streams:
    arrays = {name: cuda.to_device(array) for name, array in allocate(2, 5, np.zeros).items()}
    games = Batch(5, arrays, device="cuda:1", stream=lambda: asked.append("cuda:1") or 0)
    built = entered
    games.legal()
print("stream of", *asked, built >= 3, entered > built)
"""


def test_on_a_device(tmp_path: Path) -> None:
    pytest.importorskip("numba_cuda")
    from numba import cuda

    if not cuda.is_available():
        pytest.skip("no CUDA device")
    np.savez(tmp_path / "expected.npz", **cuda_games.expected())
    cuda_games.main(str(tmp_path / "expected.npz"))

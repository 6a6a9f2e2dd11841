"""How kernels are compiled for the CPU: `@kernel` for scalar functions, `Batched` for loops over games.

Numba's cache looks only at the file of the function it compiled, so a change in a function that was
inlined from another file would go unnoticed. Our cache folder is therefore named by a digest of every
kernel source. With NUMBA_DISABLE_JIT=1 all of them leave plain Python behind, which is how numba's
CUDA simulator runs the same functions.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba

KEPT_CACHES = 4


@cache
def kernel_digest() -> str:
    """Digest of all sources of kernels: those that import this module, and the numbers these read."""
    package = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for folder in ("rules", "search"):
        for path in sorted((package / folder).rglob("*.py")):
            source = path.read_bytes()
            numbers = path.name in ("jit.py", "unsigned.py", "coords.py") or path.parent.name == "features"
            if numbers or b"tessera.rules.jit" in source:
                digest.update(source)
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> str:
    """A writable folder for compiled kernels, or '' when there is none (kernels then compile anew each time)."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    try:
        base = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "tessera"
        folder = base / f"kernels-{kernel_digest()}"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            os.utime(folder)
    except (OSError, RuntimeError):  # RuntimeError: no home directory
        return ""
    _sweep(folder.parent)
    return str(folder)


def _sweep(base: Path) -> None:
    """Forget the caches of older sources, most recently used kept."""
    folders = sorted(base.glob("kernels-*"), key=lambda f: f.stat().st_mtime, reverse=True)
    for old in folders[KEPT_CACHES:]:
        shutil.rmtree(old, ignore_errors=True)


def _compile(function: Callable[..., Any], subfolder: str = "", **options: Any) -> Callable[..., Any]:
    config: Any = numba.config
    previous, folder = config.CACHE_DIR, cache_folder()
    # Numba's cache does not tell compilations of one function with different options apart; folders do.
    config.CACHE_DIR = str(Path(folder, subfolder)) if folder else ""
    try:
        njit: Any = numba.njit
        return njit(cache=bool(folder), nogil=True, _nrt=False, **options)(function)
    finally:
        config.CACHE_DIR = previous


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """A scalar function, callable from other kernels on the CPU and on the GPU.

    Kernels allocate nothing, so numba's reference counting is off: it costs two thirds of the speed
    (515 -> 191 ns for a random 9x9 move, all else equal).
    """
    from tessera.rules.unsigned import KernelCompiler

    return _compile(function, forceinline=True, pipeline_class=KernelCompiler)


def serial_kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """A loop over games on the calling thread; `prange` in it is `range`."""
    return _compile(function, "serial")


def parallel_kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """A loop over games with `prange`: one game per turn, games independent of each other, no reduction."""
    return _compile(function, "parallel", parallel=True)


class Batched:
    """A loop over games, compiled for the calling thread and for all threads: `loop(games, *arguments)`.

    Numba's threading layers differ in what they survive: 'workqueue' (the only one on some systems) aborts
    the process when two threads launch at once, and GNU OpenMP does when a forked child launches after its
    parent did. So few games never start a thread, launches wait for each other, and a program that forks
    after a large batch must use `spawn` or NUMBA_NUM_THREADS=1.
    """

    _launch = threading.Lock()

    def __init__(self, function: Callable[..., Any], *, parallel_from: int) -> None:
        self.serial, self.parallel = serial_kernel(function), parallel_kernel(function)
        self.parallel_from = parallel_from
        """Games from which the threads' start (about 10 us) is worth it."""

    def __call__(self, games: int, *arguments: Any) -> None:
        if games < self.parallel_from or numba.get_num_threads() == 1:
            self.serial(*arguments)
            return
        with self._launch:
            self.parallel(*arguments)

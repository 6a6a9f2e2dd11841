"""The memory of a real `tessera-gtp`: small, and none left behind when the board changes its size."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gtp.test_process import GTP, ask, start

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads a process's size from /proc")
IDLE, SEARCHING = 350, 600
"""MiB: before the first move, and at 400 visits on 19x19."""
LOADED = 540
"""MiB after a move of one visit on any size: torch, numba, OpenVINO and the network take nearly all of it, some 20 what
was tried to find the quickest evaluator."""


@pytest.fixture
def engine() -> Iterator[subprocess.Popen[bytes]]:
    process = start([*GTP, "--seed", "1"])
    yield process
    ask(process, "quit")
    assert process.wait(60) == 0
    for stream in (process.stdin, process.stdout, process.stderr):
        assert stream is not None
        stream.close()


def megabytes(process: subprocess.Popen[bytes]) -> float:
    """What is resident."""
    return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * 4096 / 2**20


def play(process: subprocess.Popen[bytes], size: int, moves: int = 1) -> float:
    """Start a game of that size, have some moves made, and say what the engine takes then."""
    for command in (f"boardsize {size}", "clear_board", *("genmove b", "genmove w") * (moves // 2), "genmove b"):
        assert ask(process, command).startswith(b"="), command
    return megabytes(process)


@pytest.mark.timeout(600)
def test_a_change_of_size_leaves_nothing_behind(engine: subprocess.Popen[bytes]) -> None:
    """It took 1,134 MB on 9x9, then 2,158 on 19x19, then 2,827 on 13x13."""
    ask(engine, "name")
    assert megabytes(engine) < IDLE
    assert ask(engine, "kata-set-param maxVisits 1") == b"= \n"
    first = [play(engine, size) for size in (9, 19, 13)]
    again = [play(engine, size) for size in (9, 19, 13)]
    assert max(first + again) < LOADED
    assert max(again) < max(first) + 16


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_fifty_games_on_changing_sizes(engine: subprocess.Popen[bytes]) -> None:
    """The default 400 visits, three moves each, the sizes in turn."""
    sizes = [play(engine, (19, 9, 13)[game % 3], moves=3) for game in range(50)]
    assert max(sizes) < SEARCHING
    assert max(sizes[25:]) < max(sizes[:10]) + 32

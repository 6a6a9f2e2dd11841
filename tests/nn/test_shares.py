"""Batches on several threads: large ones in slices, small ones on none but ours; processor time says who worked."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tessera.interfaces.network import F, G, Outputs
from tessera.nn.shares import WORTH_A_THREAD, Shares, one_torch_thread

MOST = 0.25
"""Of the main thread's time: a tenth is the league's own threads, threads that spin make it half and more."""
LEAGUE = """
size = 5
games = 4
[[players]]
name = "random"
player = "random"
[[players]]
name = "search"
visits = 8
evaluator = "torch"
"""


class Asked:
    """An evaluation that says which rows it was given, in which thread and on how many of torch's."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int, int]] = []

    def __call__(self, planes: Tensor, globals_: Tensor) -> Outputs:
        self.calls.append((len(planes), threading.get_ident(), torch.get_num_threads()))
        if planes[0, 0, 0, 0] < 0:
            raise ArithmeticError("negative")
        return Outputs(*(globals_[:, :1] + number for number in range(len(Outputs._fields))))


def batch(rows: int, side: int = 9) -> tuple[Tensor, Tensor]:
    """Rows with their number as the first global."""
    globals_ = torch.zeros(rows, G)
    globals_[:, 0] = torch.arange(rows)
    return torch.zeros(rows, F, side, side), globals_


def worth(threads: float, *, rows: int, side: int = 9) -> int:
    """Parameters with which `rows` positions are worth that many threads."""
    return int(threads * WORTH_A_THREAD / (rows * side * side)) + 1


@pytest.mark.parametrize(
    ("threads", "worthwhile", "rows", "slices"),
    [
        (4, 0.5, 64, 1),
        (4, 1.9, 64, 1),
        (4, 2.1, 64, 2),
        (4, 9.0, 64, 4),
        (1, 9.0, 64, 1),
        (4, 9.0, 3, 3),
        (4, 9.0, 1, 1),
    ],
)
def test_slices_are_as_many_as_pay(threads: int, worthwhile: float, rows: int, slices: int) -> None:
    asked = Asked()
    shares = Shares(asked, parameters=worth(worthwhile, rows=rows), threads=threads)
    planes, globals_ = batch(rows)
    outputs = shares.evaluate(planes, globals_)
    assert sorted(size for size, _, _ in asked.calls) == sorted(len(part) for part in planes.tensor_split(slices))
    for number, output in enumerate(outputs):
        assert output[:, 0].tolist() == [row + number for row in range(rows)], "rows in their order"
    if slices == 1:
        assert {ident for _, ident, _ in asked.calls} == {threading.get_ident()}, "nobody is woken for one slice"


def test_torch_itself_has_one_thread_meanwhile_and_its_own_number_after() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        asked = Asked()
        Shares(asked, parameters=worth(2.5, rows=8), threads=2).evaluate(*batch(8))
        assert [count for _, _, count in asked.calls] == [1, 1]
        assert torch.get_num_threads() == 3
        with pytest.raises(KeyError), one_torch_thread():
            raise KeyError
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_an_error_in_another_thread_arrives_and_the_next_batch_is_well() -> None:
    shares = Shares(Asked(), parameters=worth(2.5, rows=8), threads=2)
    planes, globals_ = batch(8)
    planes[4:] = -1.0
    with pytest.raises(ArithmeticError, match="negative"):
        shares.evaluate(planes, globals_)
    assert len(shares.evaluate(*batch(8)).value) == 8


def work_of_others(code: str, folder: Path) -> float:
    """Processor time of all threads but the main one, as a share of the main one's, in a process that runs `code`.

    Without any setting but four threads, so that a spinning one shows on any number of cores.
    """
    settings = ("OMP_", "GOMP_", "KMP_", "MKL_", "NUMBA_NUM")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    report = "print(file=sys.stderr); print((time.process_time() - p) / (time.thread_time() - t) - 1, file=sys.stderr)"
    start = "p, t = time.process_time(), time.thread_time()"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, time\n{code.replace('START', start)}\n{report}"],
        env={**environment, "OMP_NUM_THREADS": "4"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return float(done.stderr.split()[-1])


def test_a_small_batch_wakes_no_thread_without_any_setting(tmp_path: Path) -> None:
    code = """
import torch
from tessera.players.load import open_evaluator
from tessera.plugins import build_manager
from tessera.rules.features import BASIC
evaluator = open_evaluator(build_manager(), evaluator="torch", device="cpu")
for rows, side in ((1, 9), (8, 9), (1, 19), (6, 19)):
    planes, globals_ = torch.ones(rows, BASIC.plane_count, side, side), torch.zeros(rows, BASIC.global_count)
    evaluator.evaluate(planes, globals_)
    START
    for _ in range(10):
        evaluator.evaluate(planes, globals_)
    """
    assert work_of_others(code.strip(), tmp_path) < MOST


def test_a_league_wakes_no_thread_without_any_setting(tmp_path: Path) -> None:
    (tmp_path / "league.toml").write_text(LEAGUE)
    code = """
from tessera.cli.main import main
START
assert main(["league", "run", "league.toml"]) == 0
    """
    assert work_of_others(code.strip(), tmp_path) < MOST

"""Faults that are really provoked, a few of each; `python -m tests.checkpoints.faults` provokes thousands."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.checkpoints.faults.__main__ import ALL, Provoke, main
from tests.checkpoints.faults.calls import calls
from tests.checkpoints.faults.disks import broken, full, power_cuts
from tests.checkpoints.faults.flips import flips
from tests.checkpoints.faults.judge import NotHere, Tally
from tests.checkpoints.faults.kills import kills
from tests.checkpoints.faults.together import together

A_FEW: dict[str, Provoke] = {
    "calls": partial(calls, every=23),
    "kills": partial(kills, trials=25),
    "two": partial(together, trials=2, processes=2),
    "eight": partial(together, trials=2, processes=8),
    "full": partial(full, trials=12),
    "broken": partial(broken, trials=3),
    "power": partial(power_cuts, trials=4),
    "flips": partial(flips, trials=400),
}


def provoke(fault: Provoke, folder: Path) -> list[Tally]:
    try:
        found = fault(folder)
    except NotHere as reason:
        pytest.skip(str(reason))
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize("name", A_FEW)
def test_nothing_is_lost_and_nothing_is_left_behind(name: str, tmp_path: Path) -> None:
    for tally in provoke(A_FEW[name], tmp_path):
        assert tally.good and tally.trials, tally
        assert tally.within or name == "flips", "no fault struck a save: the test proved nothing"


def test_a_power_cut_without_fsync_loses_files(tmp_path: Path) -> None:
    """Else the power cuts above would prove nothing."""
    (tally,) = provoke(partial(power_cuts, trials=3, synced=False), tmp_path)
    assert not tally.good, tally


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_all_of_them_many_times(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(ALL) == 0, capsys.readouterr().out

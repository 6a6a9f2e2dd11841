"""A disk that gets low is told of once, and again after there was room in between."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tessera.training.disk import Disk


def test_low_once_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, free = Disk(tmp_path), [0]

    def usage(path: Any) -> Any:
        assert path == tmp_path
        return shutil._ntuple_diskusage(10**9, 0, free[0])  # type: ignore[attr-defined]

    monkeypatch.setattr(shutil, "disk_usage", usage)
    assert disk.look() == {}, "nobody knows yet what a checkpoint takes"
    disk.needed = 100
    told = []
    for free[0] in (1000, 999, 500, 1500, 999, 2000, 999):
        told.append(bool(disk.look()))
    assert told == [False, True, False, False, False, False, True]


def test_the_real_disk(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.needed = 10**18
    assert disk.look() == {"free": pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.2), "needed": 10**18}

"""What /proc says and what psutil says about memory are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tessera.memory import process

MIB = 2**20


def test_both_ways_agree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("psutil", reason="psutil is a dependency: make dev")
    peak = process.peak_bytes()
    held, free = process.resident_bytes(), process.available_bytes()
    monkeypatch.setattr(process, "PROC", tmp_path)
    assert held > 10 * MIB and abs(process.resident_bytes() - held) < 50 * MIB
    assert free > 10 * MIB and process.available_bytes() == pytest.approx(free, rel=0.5), (
        "other processes take and give"
    )
    assert peak >= 0.9 * held and process.peak_bytes() > 10 * MIB

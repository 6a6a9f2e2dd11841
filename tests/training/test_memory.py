"""What /proc says and what psutil says about memory are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tessera.training import memory

MIB = 2**20


def test_both_ways_agree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("psutil", reason="psutil is a dependency: make dev")
    held, free = memory.resident_bytes(), memory.available_bytes()
    monkeypatch.setattr(memory, "PROC", tmp_path)
    assert held > 10 * MIB and abs(memory.resident_bytes() - held) < 50 * MIB
    assert free > 10 * MIB and memory.available_bytes() == pytest.approx(free, rel=0.5), "other processes take and give"

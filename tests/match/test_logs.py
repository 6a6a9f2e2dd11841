"""Logs of stderr: safe names, and an end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tessera.match import logs
from tessera.match.logs import FULL, StderrLog, safe_name


def test_names_are_safe_and_different() -> None:
    names = ["gnugo-1", "a/b", "a_b", "..", ".hidden", "näme", "x" * 300, "x" * 301, "a b", "a\nb", ""]
    safe = [safe_name(name) for name in names]
    assert len(set(safe)) == len(names)
    assert safe[0] == "gnugo-1"
    assert all(set(stem) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-") for stem in safe)
    assert not any(stem.startswith(".") or len(stem) > 100 for stem in safe)


def test_it_is_appended_to_until_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_LOG_BYTES", 10)
    path = tmp_path / "a.log"
    StderrLog(path).write(b"1234\n")
    log = StderrLog(path)
    log.write(b"678")
    assert path.read_bytes() == b"1234\n678"
    log.write(b"90abc")
    log.write(b"def")
    StderrLog(path).write(b"ghi")
    assert path.read_bytes() == b"1234\n67890" + FULL


def test_a_full_disk_is_not_the_engine_s_trouble(tmp_path: Path) -> None:
    StderrLog(tmp_path / "no such folder" / "a.log").write(b"x")

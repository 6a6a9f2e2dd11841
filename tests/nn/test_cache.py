"""The cache of small files: whole or not there, a bounded number, never in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tessera.nn.cache import Cache


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_what_was_put_is_there_for_another_process() -> None:
    Cache("kind", kept=2).put("name", b"data")
    assert Cache("kind", kept=2).get("name") == b"data"
    assert Cache("other", kept=2).get("name") is None


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 60])
def test_a_damaged_file_is_not_there(damage: bytes) -> None:
    cache = Cache("kind", kept=2)
    cache.put("name", b"data")
    (cache.folder / "name").write_bytes(damage)
    assert cache.get("name") is None


def test_the_files_last_used_are_kept() -> None:
    cache = Cache("kind", kept=2)
    for age, name in enumerate(("c", "b", "a")):
        cache.put(name, b"data")
        os.utime(cache.folder / name, (1000 - age, 1000 - age))
        if name == "b":
            cache.get("c")  # used again: newer than b now
    cache.put("d", b"data")
    assert sorted(path.name for path in cache.folder.iterdir()) == ["c", "d"]


def test_a_folder_that_cannot_be_written_keeps_nothing(home: Path) -> None:
    (home / "tessera").write_text("in the way")
    cache = Cache("kind", kept=2)
    cache.put("name", b"data")
    assert cache.get("name") is None

"""Checkpoints in a store: a real S3 server in a process of its own, connections that are cut, hostile answers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tessera.builtin.uniform import SPEC
from tessera.checkpoints import load, save
from tessera.errors import BadValue, CheckpointError, NotCommitted
from tessera.plugins import build_manager
from tessera.settings import NoSettings
from tessera.testing import check_store
from tessera_stores import published
from tessera_stores.store import RemoteStore
from tests.plugins.s3_server import Cutter, cutter, s3

__all__ = ["cutter", "s3"]

LARGE = os.urandom(24 << 20)
"""Enough for an upload in several parts."""


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tessera" / "fetched"


def staged(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "staged"
    path.write_bytes(data)
    return path


def names(store: RemoteStore, folder: str) -> list[str]:
    return sorted(path.rsplit("/", 1)[-1] for path in store._fs.find(folder))


def test_s3_does_what_a_store_has_to_do(cutter: Cutter) -> None:
    check_store(build_manager().stores["s3"], "s3://games/conform")


def test_memory_does_what_a_store_has_to_do(cache: Path) -> None:
    check_store(build_manager().stores["memory"], "memory://conform/run")


@pytest.mark.parametrize("after", [1_000, 3_000_000, 15_000_000])
def test_a_cut_upload_is_tried_again(cutter: Cutter, tmp_path: Path, after: int) -> None:
    store = RemoteStore("s3", pause=0.01)
    cutter.cuts, cutter.after = 2, after
    store.put(staged(tmp_path, LARGE), "s3://games/run/net.pth")
    cutter.cuts = 0
    assert store.get("s3://games/run/net.pth").read_bytes() == LARGE


def test_an_upload_that_fails_leaves_what_was_there(cutter: Cutter, tmp_path: Path) -> None:
    store = RemoteStore("s3", pause=0.01)
    store.put(staged(tmp_path, b"old" * 1000), "s3://games/run/net.pth")
    before = names(store, "games/run")
    cutter.cuts, cutter.after = 10_000, 2_000_000
    with pytest.raises(NotCommitted, match=r"s3://games/run/net\.pth: not saved: .*what was there still is"):
        store.put(staged(tmp_path, LARGE), "s3://games/run/net.pth")
    assert cutter.seen > 2
    cutter.cuts = 0
    assert store.get("s3://games/run/net.pth").read_bytes() == b"old" * 1000
    assert store.list("s3://games/run") == ["s3://games/run/net.pth"]
    assert names(store, "games/run") == before


def test_what_replaces_leaves_nothing_behind(cache: Path, tmp_path: Path) -> None:
    store = RemoteStore("memory")
    for number in range(3):
        store.put(staged(tmp_path, f"content {number}".encode()), "memory://replaced/net.pth")
    assert len(names(store, "/replaced")) == 2
    assert store.get("memory://replaced/net.pth").read_bytes() == b"content 2"


def test_what_a_dead_writer_left_is_removed(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = RemoteStore("memory")
    torn, other = published.data_name("net.pth", "f" * 64), published.data_name("best.net.pth", "e" * 64)
    for name in (torn, other):
        store._fs.pipe_file(f"/dead/{name}", b"half")
    store.put(staged(tmp_path, b"whole"), "memory://dead/net.pth")
    assert torn in names(store, "/dead"), "it may be a writer that lives"
    monkeypatch.setattr("tessera_stores.store.ABANDONED", -1.0)
    store.put(staged(tmp_path, b"whole"), "memory://dead/net.pth")
    assert torn not in names(store, "/dead") and other in names(store, "/dead")


def test_damage_is_refused(cache: Path, tmp_path: Path) -> None:
    store = RemoteStore("memory", pause=0.01)
    store.put(staged(tmp_path, b"whole" * 100), "memory://damaged/net.pth")
    data = next(name for name in names(store, "/damaged") if not name.endswith(".json"))
    for wrong in (b"", b"whole" * 99, b"Whole" + b"whole" * 99, b"whole" * 101):
        store._fs.pipe_file(f"/damaged/{data}", wrong)
        with pytest.raises(CheckpointError, match=r"memory://damaged/net\.pth: damaged"):
            store.get("memory://damaged/net.pth")
    store._fs.rm_file(f"/damaged/{data}")
    with pytest.raises(CheckpointError, match=r"its data, .* are gone"):
        store.get("memory://damaged/net.pth")
    assert not list(cache.iterdir())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 5000,
        json.dumps({"file": "../../x", "size": 1, "sha256": "0" * 64}).encode(),
        json.dumps({"file": published.data_name("net.pth", "0" * 64), "size": -1, "sha256": "0" * 64}).encode(),
        json.dumps({"file": published.data_name("net.pth", "0" * 64), "size": 1, "sha256": "../" * 30}).encode(),
        json.dumps({"file": published.data_name("net.pth", "0" * 64), "size": True, "sha256": "0" * 64}).encode(),
        json.dumps({"file": published.data_name("net.pth", "0" * 64), "size": 1, "sha256": 3}).encode(),
    ],
)
def test_what_publishes_is_not_trusted(cache: Path, text: bytes) -> None:
    store = RemoteStore("memory")
    store._fs.pipe_file("/hostile/net.pth.json", text)
    with pytest.raises(CheckpointError, match=r"memory://hostile/net\.pth: not written by Tessera"):
        store.get("memory://hostile/net.pth")


@pytest.mark.parametrize(
    "url", ["memory://net.pth", "memory://a/net", "memory://a/.pth", "memory://", "s3://a/net.pth"]
)
def test_addresses_that_are_none(cache: Path, url: str) -> None:
    with pytest.raises(BadValue, match=r"allowed: memory://PLACE/\.\.\./NAME\.pth"):
        RemoteStore("memory").get(url)


def test_the_cache_keeps_the_last_few(cache: Path, tmp_path: Path) -> None:
    store = RemoteStore("memory")
    for number in range(11):
        store.put(staged(tmp_path, f"content {number}".encode()), f"memory://kept/net-{number}.pth")
        store.get(f"memory://kept/net-{number}.pth")
    assert len(list(cache.iterdir())) == 8
    kept = store.get("memory://kept/net-10.pth")
    kept.write_bytes(b"somebody wrote")
    assert store.get("memory://kept/net-10.pth").read_bytes() == b"content 10"


def test_a_checkpoint_survives_the_way(cutter: Cutter) -> None:
    manager = build_manager()
    manifest = save("s3://games/a/net.pth", SPEC.build(NoSettings()), network=SPEC.name, settings={}, manager=manager)
    assert load("s3://games/a/net.pth", manager).manifest == manifest

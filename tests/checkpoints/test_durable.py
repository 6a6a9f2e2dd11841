"""A save is whole or absent, whatever the disk and the process do."""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from tessera import files
from tessera.checkpoints import Manifest, load, save, verify
from tessera.checkpoints.archive import MANIFEST
from tessera.checkpoints.manifest import parse_manifest
from tessera.checkpoints.store import FileStore, local_path, scheme_of
from tessera.checkpoints.write import put
from tessera.errors import BadValue, CheckpointError, DurabilityUncertain, NotCommitted
from tests.checkpoints.forge import CATALOG, SETTINGS, members, toy, valid


def save_toy(path: Path, seed: int = 0) -> None:
    save(path, toy(seed), network="toy", settings=SETTINGS)


def writing(data: bytes) -> Callable[[IO[bytes]], Manifest]:
    """Writes `data`, a checkpoint."""

    def write(file: IO[bytes]) -> Manifest:
        file.write(data)
        return parse_manifest(members(data)[MANIFEST], source="good")

    return write


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A folder of its own with one saved network in it."""
    path = tmp_path / "net.pth"
    save_toy(path)
    return path


def failing(real: Callable[..., object], wanted: Callable[[int], bool], code: int) -> Callable[..., object]:
    """`real`, but an OSError on descriptors that `wanted` picks."""

    def call(descriptor: int, *rest: object) -> object:
        if wanted(descriptor):
            raise OSError(code, os.strerror(code))
        return real(descriptor, *rest)

    return call


def is_folder(descriptor: int) -> bool:
    return stat.S_ISDIR(os.fstat(descriptor).st_mode)


def is_file(descriptor: int) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


@pytest.mark.parametrize(("call", "code"), [("write", errno.ENOSPC), ("fsync", errno.EIO), ("write", errno.EDQUOT)])
def test_a_disk_that_fails_changes_nothing(saved: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int) -> None:
    before = saved.read_bytes()
    monkeypatch.setattr(os, call, failing(getattr(os, call), is_file, code))
    with pytest.raises(NotCommitted, match=os.strerror(code)):
        save_toy(saved, seed=1)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


CALLS = ("stat", "open", "write", "read", "lseek", "fsync", "posix_fadvise", "fstat", "close", "replace", "unlink")


def test_every_system_call_of_a_save_failing_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever call fails: the old file or the new one, as the save says, and nothing else after the next save."""
    target, old, new = tmp_path / "net.pth", valid(seed=0), valid(seed=1)
    real = {name: getattr(os, name) for name in CALLS} | {"flock": fcntl.flock}
    made: list[str] = []
    outcomes: set[tuple[str, str]] = set()
    failing_at = 0

    def watched(name: str) -> Callable[..., object]:
        def call(*arguments: object, **keywords: object) -> object:
            made.append(name)
            if len(made) == failing_at:
                if name == "close":
                    real["close"](*arguments)
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return real[name](*arguments, **keywords)

        return call

    while not failing_at or len(made) >= failing_at:
        failing_at += 1
        target.write_bytes(old)
        with monkeypatch.context() as patch:
            made.clear()
            for name in CALLS:
                patch.setattr(os, name, watched(name))
            patch.setattr(fcntl, "flock", watched("flock"))
            try:
                put(writing(new), target)
                outcome = "saved"
            except (NotCommitted, DurabilityUncertain) as error:
                outcome = type(error).__name__
        assert target.read_bytes() == (old if outcome == "NotCommitted" else new), (made, outcome)
        outcomes.add((made[failing_at - 1] if len(made) >= failing_at else "", outcome))
        left = set(tmp_path.iterdir()) - {target}
        assert not left or made[failing_at:][:1] != [], made
        files.sweep(tmp_path)
        assert list(tmp_path.iterdir()) == [target], made
    assert failing_at > 12 and {outcome for _, outcome in outcomes} == {"saved", "NotCommitted", "DurabilityUncertain"}
    assert {("write", "NotCommitted"), ("flock", "NotCommitted"), ("replace", "NotCommitted")} <= outcomes
    assert {("fsync", "NotCommitted"), ("fsync", "DurabilityUncertain"), ("", "saved")} <= outcomes


def test_an_unconfirmed_directory_is_another_error(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()
    monkeypatch.setattr(os, "fsync", failing(os.fsync, is_folder, errno.EIO))
    with pytest.raises(DurabilityUncertain):
        save_toy(saved, seed=1)
    verify(saved)
    assert saved.read_bytes() != before
    assert list(saved.parent.iterdir()) == [saved]


def test_what_the_disk_changed_is_not_committed(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, write = saved.read_bytes(), os.write

    def flipping(descriptor: int, data: memoryview) -> int:
        wrong = bytearray(data)
        wrong[len(wrong) // 2] ^= 4
        return write(descriptor, wrong)

    monkeypatch.setattr(os, "write", flipping)
    with pytest.raises(NotCommitted, match="what was read back"):
        save_toy(saved, seed=1)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_the_order_that_survives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []
    fsync, replace = os.fsync, os.replace

    def watched_fsync(descriptor: int) -> None:
        events.append("fsync folder" if is_folder(descriptor) else "fsync file")
        fsync(descriptor)

    def watched_replace(source: Path, target: Path) -> None:
        events.append("replace")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "replace", watched_replace)
    save_toy(tmp_path / "net.pth")
    assert events == ["fsync file", "replace", "fsync folder"]


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:1000]))
    save_toy(tmp_path / "net.pth")
    verify(tmp_path / "net.pth")


def test_a_full_disk(saved: Path) -> None:
    """The real thing as far as it goes without root: the kernel refuses bytes beyond a limit."""
    before = saved.read_bytes()
    data = valid(seed=1)
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(data) // 2, limits[1]))
    try:
        with pytest.raises(NotCommitted, match="File too large"):
            put(writing(data), saved)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_a_save_in_progress_is_no_orphan(tmp_path: Path) -> None:
    staged = files.Staged(tmp_path, "net.pth")
    try:
        assert files.sweep(tmp_path) == []
    finally:
        staged.close()
    assert files.sweep(tmp_path) == [staged.path]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_only_regular_files_are_replaced(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "net.pth")
    with pytest.raises(NotCommitted, match="not a regular file"):
        save_toy(tmp_path / "net.pth")
    assert len(list(tmp_path.iterdir())) == 1
    assert not (tmp_path / "net.pth").is_file()


def test_a_link_keeps_pointing(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    link = tmp_path / "latest.pth"
    link.symlink_to(tmp_path / "store" / "net.pth")
    save_toy(link)
    assert link.is_symlink()
    assert load(link, CATALOG).manifest == load(tmp_path / "store" / "net.pth", CATALOG).manifest


def test_new_folders_and_usual_permissions(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "net.pth"
    save_toy(path)
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotCommitted):
        save_toy(tmp_path / "file" / "net.pth")


def test_the_file_store(saved: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    store, other = FileStore(), tmp_path_factory.mktemp("other")
    staged = other / "x"
    staged.write_bytes(saved.read_bytes())
    store.put(staged, f"file://{saved.parent}/second.pth")
    os.utime(saved.parent / "second.pth", (1, 1))
    assert store.list(str(saved.parent)) == [str(saved.parent / "second.pth"), str(saved)]
    assert store.list(str(saved.parent / "nowhere")) == []
    assert store.get(f"file://{saved}") == saved
    store.delete(str(saved))
    with pytest.raises(CheckpointError, match="no such file"):
        store.get(str(saved))
    with pytest.raises(CheckpointError, match="cannot be deleted"):
        store.delete(str(saved))


@pytest.mark.parametrize(
    ("url", "scheme"), [("net.pth", "file"), ("file:///a/b", "file"), ("s3://a/b", "s3"), ("C:\\a.pth", "file")]
)
def test_schemes(url: str, scheme: str) -> None:
    assert scheme_of(url) == scheme


@pytest.mark.parametrize("url", ["s3://a/b", "", "a\0b"])
def test_urls_without_a_local_path(url: str) -> None:
    with pytest.raises(BadValue, match="checkpoint"):
        local_path(url)


class Memory:
    """A store of another scheme that keeps what it was given."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, staged: Path, url: str) -> None:
        self.kept[url] = staged.read_bytes()


def test_other_schemes_get_a_verified_file() -> None:
    from types import SimpleNamespace

    from tessera.interfaces.stores import StoreSpec

    memory, data = Memory(), valid()
    manager = SimpleNamespace(stores={"mem": StoreSpec("mem", "", lambda: memory)})  # type: ignore[arg-type,return-value]
    put(writing(data), "mem://a/b", manager=manager)
    assert memory.kept == {"mem://a/b": data}
    with pytest.raises(BadValue, match="checkpoint"):
        put(writing(data), "mem://a/b")

"""A copy of a run in a store, brought up to date at each checkpoint by a thread, so that training never waits for it.

The order makes the copy one to go on from at any time: weights, config and logs, then the checkpoint to resume from,
whose logs are then at least as long as it says. What cannot be copied is told, and tried again at the next checkpoint.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from pathlib import Path

from tessera.checkpoints.store import scheme_of
from tessera.errors import BadValue, CheckpointError, TesseraError
from tessera.interfaces.catalog import Catalog
from tessera.interfaces.stores import CheckpointStore
from tessera.training.folder import GROWING, RunFolder

log = logging.getLogger(__name__)
CONFIG = "config.toml"
SCRATCH = ".mirror-"
LAST_SECONDS = 600.0
"""For the last copy, when the run is over."""


class Mirror:
    """The copy at `url` of the run in `folder`; `keep` checkpoints to resume from."""

    def __init__(self, store: CheckpointStore, url: str, folder: RunFolder, *, keep: int) -> None:
        self._store, self._url, self._folder, self._keep = store, url.rstrip("/"), folder, keep
        self._changed, self._ended = threading.Event(), False
        self._trouble: str | None = None
        newest = max((path.name for path in folder.checkpoints.glob("run-*.pth")), default="")
        # What comes after the checkpoint that a run goes on from is made again, and may come out otherwise.
        self._there = {name for name in _names(store, self._url) if newest and _step(name) <= _step(newest)}
        for left in folder.path.glob(f"{SCRATCH}*"):
            shutil.rmtree(left, ignore_errors=True)
        self._thread = threading.Thread(target=self._work, name="tessera-mirror", daemon=True)
        self._thread.start()

    def update(self) -> None:
        """There is a new checkpoint. Returns at once."""
        self._changed.set()

    def trouble(self) -> str | None:
        """Why the last copy failed; said once."""
        trouble, self._trouble = self._trouble, None
        return trouble

    def close(self) -> None:
        """Wait for the last copy. Raises `CheckpointError` when there is none."""
        self._ended = True
        self._changed.set()
        self._thread.join(LAST_SECONDS)
        why = "it takes too long" if self._thread.is_alive() else self._trouble
        if why:
            raise CheckpointError(f"{self._url}: not up to date: {why}; --resume tries again")

    def _work(self) -> None:
        ended = False
        while not ended:
            self._changed.wait()
            self._changed.clear()
            ended = self._ended
            try:
                self._copy()
                self._trouble = None
            except TesseraError as error:
                self._trouble = str(error)
            except Exception as error:  # foreign code: the run must not end for a copy of it
                log.exception("%s", self._url)
                self._trouble = f"{type(error).__name__}: {error}"

    def _copy(self) -> None:
        runs = sorted(self._folder.checkpoints.glob("run-*.pth"))
        for path in sorted(self._folder.checkpoints.glob("net-*.pth")):
            self._put_new(path)
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=self._folder.path) as scratch:
            for name in (CONFIG, *GROWING):
                path = self._folder.path / name
                now = Path(scratch) / path.name  # it grows while it is sent
                now.write_bytes(path.read_bytes() if path.is_file() else b"")
                self._store.put(now, f"{self._url}/{name}")
        if runs:
            self._put_new(runs[-1])
        for old in sorted(name for name in self._there if name.startswith("run-"))[: -self._keep]:
            self._store.delete(f"{self._url}/checkpoints/{old}")
            self._there.discard(old)

    def _put_new(self, path: Path) -> None:
        if path.name in self._there:
            return
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=self._folder.path) as scratch:
            link = Path(scratch) / path.name
            try:
                link.hardlink_to(path)  # the folder keeps few: this one may be gone before it is sent
            except FileNotFoundError:
                return
            self._store.put(link, f"{self._url}/checkpoints/{path.name}")
        self._there.add(path.name)


def open_store(manager: Catalog, url: str) -> CheckpointStore:
    """The store of a run's URL; raises `BadValue`."""
    if scheme_of(url) == "file":
        raise BadValue("--store", url, "a URL such as s3://bucket/runs/a", "for a local copy, copy the run's folder")
    return manager.stores[scheme_of(url)].build()


def refuse_copy(store: CheckpointStore, url: str) -> None:
    """Raise `BadValue` where a run is already."""
    if any(name.startswith("run-") for name in _names(store, url)):
        raise BadValue("--store", url, "an address without a run", "--resume goes on with the one that is there")


def fetch_run(store: CheckpointStore, url: str, folder: RunFolder) -> None:
    """Bring a copied run into a folder that has none.

    Raises `BadValue` where there is nothing to go on from, and where the copy has got further than the folder.
    """
    names = _names(store, url)
    newest = max((name for name in names if name.startswith("run-")), default="")
    here = max((path.name for path in folder.checkpoints.glob("run-*.pth")), default="")
    if here and newest > here:
        cure = "name a new folder with --out to go on from the copy"
        raise BadValue("--store", url, f"a copy no further than {here}; it has {newest}", cure)
    if here:
        return
    if not newest:
        raise BadValue("--store", url, "the copy of a run", "check the address")
    wanted = [name for name in names if name.startswith("net-") and _step(name) <= _step(newest)]
    for name in (*(f"checkpoints/{each}" for each in (*wanted, newest)), *GROWING, CONFIG):  # with a config it is a run
        target = folder.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if data := store.get(f"{url.rstrip('/')}/{name}").read_bytes():
            target.write_bytes(data)


def _names(store: CheckpointStore, url: str) -> list[str]:
    """Names of the checkpoints in a copy, sorted."""
    return sorted(each.rsplit("/", 1)[-1] for each in store.list(f"{url.rstrip('/')}/checkpoints"))


def _step(name: str) -> str:
    """'00001234' of 'net-00001234.pth'."""
    return name.partition("-")[2]

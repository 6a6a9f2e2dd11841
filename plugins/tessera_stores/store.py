"""A checkpoint store on any file system that fsspec knows.

put:  hash -> upload the data -> read them back -> publish (`published`) -> remove what it replaces
get:  read what is published -> fetch to the cache, hashing on the way -> compare
"""

from __future__ import annotations

import contextlib
import logging
import posixpath
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tessera.checkpoints.store import scheme_of
from tessera.errors import BadValue, CheckpointError, MissingExtra, NotCommitted
from tessera_stores import published
from tessera_stores.fetched import Fetched, written
from tessera_stores.pieces import PIECE, measure, measure_file
from tessera_stores.published import Published, data_name, is_data_of

log = logging.getLogger(__name__)
TRIES = 3
PAUSE = 1.0
"""Seconds before the second try; each further one waits four times as long."""
ABANDONED = 3600.0
"""Seconds after which data that nothing publishes are what a dead writer left."""
OPTIONS: dict[str, dict[str, Any]] = {
    # With the defaults a connection that hangs holds a run for minutes. s3fs tries five times on its own.
    "s3": {"config_kwargs": {"connect_timeout": 10, "read_timeout": 30, "retries": {"max_attempts": 0}}},
}
T = TypeVar("T")


class RemoteStore:
    """See `tessera.interfaces.stores.CheckpointStore`. `pause` is as PAUSE."""

    def __init__(self, scheme: str, *, pause: float = PAUSE) -> None:
        try:
            import fsspec
        except ImportError:
            raise MissingExtra(f"{scheme}://", "fsspec", "stores") from None
        try:
            # Listings are never kept: other machines write too.
            self._fs = fsspec.filesystem(scheme, use_listings_cache=False, **OPTIONS.get(scheme, {}))
        except ImportError as error:
            raise CheckpointError(f"{scheme}:// cannot be used: {error}") from None
        self._scheme, self._pause = scheme, pause

    def put(self, staged: Path, url: str) -> None:
        sign, folder, name = self._split(url)
        size, sha256 = measure_file(staged)
        new = Published(data_name(name, sha256), size, sha256)
        try:
            old = self._published(url)
        except CheckpointError:  # nothing there, or nothing that could be read: then there is nothing to remove
            old = new
        try:
            self._again(lambda: self._upload(staged, folder, new), url)
            self._again(lambda: self._fs.pipe_file(sign, new.to_json()), url)
        except Exception as error:
            raise NotCommitted(f"{url}: not saved: {_reason(error)}; what was there still is") from error
        with contextlib.suppress(Exception):  # it is saved; what could not be cleared away is tried next time
            if old.file != new.file:
                self._fs.rm_file(posixpath.join(folder, old.file))
            self._sweep(folder, name, keep=new.file)

    def get(self, url: str) -> Path:
        _, folder, _ = self._split(url)
        there = self._published(url)
        try:
            return self._fetch(folder, there, url)
        except FileNotFoundError:  # replaced between our two looks, or really gone
            there = self._published(url)
        try:
            return self._fetch(folder, there, url)
        except FileNotFoundError:
            raise CheckpointError(f"{url}: its data, {there.file}, are gone; save it again") from None

    def list(self, url: str) -> Sequence[str]:
        """URLs of what is published in a folder, oldest first as far as the store's clock can tell, then by name."""
        try:
            rows = self._again(lambda: self._fs.ls(_inside(self._fs, url), detail=True), url)
        except FileNotFoundError:
            return []
        except Exception as error:
            raise CheckpointError(f"{url}: cannot be listed: {_reason(error)}") from error
        ending = f".pth{published.SUFFIX}"
        found = sorted((written(row), posixpath.basename(row["name"])) for row in rows if row["name"].endswith(ending))
        return [posixpath.join(url, name.removesuffix(published.SUFFIX)) for _, name in found]

    def delete(self, url: str) -> None:
        sign, folder, _ = self._split(url)
        there = self._published(url)
        try:
            self._again(lambda: self._fs.rm_file(sign), url)
            self._again(lambda: self._fs.rm_file(posixpath.join(folder, there.file)), url)
        except FileNotFoundError:
            pass  # gone already: a try that was cut off had done it
        except Exception as error:
            raise CheckpointError(f"{url}: cannot be deleted: {_reason(error)}") from error

    def _split(self, url: str) -> tuple[str, str, str]:
        """Paths inside the file system: of what publishes the checkpoint and of its folder; and its name."""
        path = _inside(self._fs, url)
        folder, name = posixpath.split(path)
        if scheme_of(url) != self._scheme or not re.fullmatch(r"[^.].*\.\w+", name) or not folder.strip("/"):
            raise BadValue("address", url, f"{self._scheme}://PLACE/.../NAME.pth")
        return path + published.SUFFIX, folder, name

    def _published(self, url: str) -> Published:
        sign, _, name = self._split(url)
        try:
            text = self._again(lambda: self._fs.cat_file(sign, start=0, end=published.MAX_BYTES), url)
        except FileNotFoundError:
            raise CheckpointError(f"{url}: no such checkpoint; check the address") from None
        except Exception as error:
            raise CheckpointError(f"{url}: cannot be read: {_reason(error)}") from error
        return published.parse(text, name=name, source=url)

    def _upload(self, staged: Path, folder: str, new: Published) -> None:
        target = posixpath.join(folder, new.file)
        self._fs.makedirs(folder, exist_ok=True)
        self._fs.put_file(str(staged), target)
        with self._fs.open(target, "rb", block_size=PIECE, cache_type="readahead") as file:
            if measure(file, limit=new.size) != (new.size, new.sha256):
                raise OSError("what was read back is not what was written")

    def _fetch(self, folder: str, there: Published, url: str) -> Path:
        fetched = Fetched()
        try:
            if (kept := fetched.find(there)) is not None:
                return kept
            path = posixpath.join(folder, there.file)
            opened = lambda: self._fs.open(path, "rb", block_size=PIECE, cache_type="readahead")  # noqa: E731
            return self._again(lambda: fetched.add(there, opened, source=url), url)
        except (FileNotFoundError, CheckpointError):
            raise
        except Exception as error:
            raise CheckpointError(f"{url}: cannot be fetched: {_reason(error)}") from error

    def _sweep(self, folder: str, name: str, *, keep: str) -> None:
        """Remove the data of this name that a writer uploaded and never published."""
        for row in self._fs.ls(folder, detail=True):
            file = posixpath.basename(row["name"])
            if file != keep and is_data_of(file, name) and time.time() - written(row) > ABANDONED:
                self._fs.rm_file(posixpath.join(folder, file))

    def _again(self, act: Callable[[], T], url: str) -> T:
        """Networks fail for moments: a few tries. What is not there, not allowed or not sound stays so."""
        for attempt in range(TRIES - 1):
            try:
                return act()
            except (FileNotFoundError, PermissionError, CheckpointError):
                raise
            except Exception as error:
                log.warning("%s: %s; trying again", url, _reason(error))
                time.sleep(self._pause * 4**attempt)
        return act()


def _inside(fs: Any, url: str) -> str:
    return str(fs._strip_protocol(url))


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__

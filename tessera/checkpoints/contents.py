"""What lies inside an archive: the tree of values, its tensors by path, and their digests. No torch here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tessera.checkpoints.archive import (
    BOOKKEEPING,
    FOLDER,
    MANIFEST,
    MAX_MANIFEST,
    MAX_PICKLE,
    PICKLE,
    STORAGE,
    Archive,
    opened,
)
from tessera.checkpoints.manifest import Manifest, parse_manifest
from tessera.checkpoints.pickled import TensorRef, parse
from tessera.errors import CheckpointError

PARTS = ("model", "trainer")
"""The top-level keys: the network's state_dict, and optionally what a trainer needs to go on."""


@dataclass(frozen=True)
class Contents:
    """An archive whose forms, sizes and names agree. The bytes of its tensors are checked as they are read."""

    archive: Archive
    manifest: Manifest
    tree: dict[str, Any]
    """{'model': {...}, 'trainer': {...}} with a `TensorRef` for each tensor."""
    digests: dict[str, str]
    """SHA-256 that the bytes of each storage must have."""

    def read(self, storage: str) -> bytearray:
        """The bytes of a storage, whose digest is right."""
        data = bytearray(self.archive.size(STORAGE + storage))
        self.archive.readinto(STORAGE + storage, memoryview(data))
        self._check(storage, hashlib.sha256(data).hexdigest())
        return data

    def check_tensors(self) -> None:
        """Read every tensor and compare its digest."""
        for storage in self.digests:
            digest = hashlib.sha256()
            for piece in self.archive.pieces(STORAGE + storage):
                digest.update(piece)
            self._check(storage, digest.hexdigest())

    def _check(self, storage: str, digest: str) -> None:
        if digest != self.digests[storage]:
            names = [path for path, ref in walk(self.tree) if isinstance(ref, TensorRef) and ref.storage == storage]
            raise CheckpointError(
                f"{self.archive.source}: SHA-256 of tensor {names[0][:80]!r} differs from the recorded one: damaged"
            )


def read_contents(file: IO[bytes], *, source: str) -> Contents:
    """Check all but the tensors' bytes of an open file; `CheckpointError` names `source` and what is wrong."""
    archive = Archive(file, source=source)
    manifest = parse_manifest(archive.read(MANIFEST, limit=MAX_MANIFEST), source=source)
    _check_bookkeeping(archive)
    tree = parse(archive.read(PICKLE, limit=MAX_PICKLE), source=source)
    if not isinstance(tree, dict) or "model" not in tree or not set(tree) <= set(PARTS):
        raise CheckpointError(f"{source}: the top level is not a dict of {' and '.join(PARTS)}")
    if not all(isinstance(part, dict) for part in tree.values()):
        raise CheckpointError(f"{source}: {' or '.join(PARTS)} is not a dict")
    if not all(isinstance(name, str) and isinstance(ref, TensorRef) for name, ref in tree["model"].items()):
        raise CheckpointError(f"{source}: the model holds something other than named tensors")
    return Contents(archive, manifest, tree, _storages(archive, manifest, tree))


@contextmanager
def open_contents(path: Path, *, source: str = "") -> Iterator[Contents]:
    """The contents of the file at `path`; see `read_contents`."""
    with opened(path) as file:
        yield read_contents(file, source=source or str(path))


def walk(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, leaf) for each leaf that is not a container, e.g. ('model/head.weight', ...)."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from walk(value, f"{path}/{key}" if path else str(key))
    elif isinstance(tree, list | tuple):
        for index, value in enumerate(tree):
            yield from walk(value, f"{path}/{index}")
    else:
        yield path, tree


def _check_bookkeeping(archive: Archive) -> None:
    for name in archive.names():
        if name in BOOKKEEPING:
            text = archive.read(name, limit=64)
            if name == FOLDER + "byteorder" and text != b"little":
                raise CheckpointError(f"{archive.source}: tensors are not little-endian")


def _storages(archive: Archive, manifest: Manifest, tree: dict[str, Any]) -> dict[str, str]:
    """The digest of each storage. Every tensor is recorded and has the recorded form, and nothing is left over."""
    source = archive.source
    found: dict[str, TensorRef] = {}
    for path, leaf in walk(tree):
        if isinstance(leaf, TensorRef):
            if path in found:
                raise CheckpointError(f"{source}: two tensors are called {path[:80]!r}")
            found[path] = leaf
    if set(found) != set(manifest.tensors):
        odd = sorted(set(found) ^ set(manifest.tensors))[0]
        raise CheckpointError(f"{source}: manifest and file disagree on tensor {odd[:80]!r}")
    digests: dict[str, str] = {}
    for path, ref in found.items():
        info, member = manifest.tensors[path], STORAGE + ref.storage
        if (info.shape, info.dtype) != (ref.shape, ref.dtype):
            raise CheckpointError(f"{source}: tensor {path[:80]!r} is not of the recorded shape and dtype")
        if archive.size(member) != ref.nbytes:
            raise CheckpointError(
                f"{source}: tensor {path[:80]!r} declares {ref.nbytes} bytes, the file holds {archive.size(member)}"
            )
        if digests.setdefault(ref.storage, info.sha256) != info.sha256:
            raise CheckpointError(f"{source}: two SHA-256 are recorded for tensor {path[:80]!r}")
    unused = {name for name in archive.names() if name.startswith(STORAGE)} - {STORAGE + key for key in digests}
    if unused:
        raise CheckpointError(f"{source}: member {sorted(unused)[0]!r} belongs to no tensor")
    return digests

"""What lies inside an archive: the tree of values, its tensors by path, and their digests. No torch here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tessera.checkpoints.archive import (
    BOOKKEEPING,
    FOLDER,
    MANIFEST,
    MAX_MANIFEST,
    MAX_PICKLE,
    PICKLE,
    STORAGE,
    Archive,
)
from tessera.checkpoints.manifest import Manifest, parse_manifest
from tessera.checkpoints.pickled import TensorRef, parse
from tessera.errors import CheckpointError

PARTS = ("model", "trainer")
"""The top-level keys: the network's state_dict, and optionally what a trainer needs to go on."""


@dataclass(frozen=True)
class Contents:
    """An archive that was checked throughout: forms, sizes, names and digests all agree."""

    archive: Archive
    manifest: Manifest
    tree: dict[str, Any]
    """{'model': {...}, 'trainer': {...}} with a `TensorRef` for each tensor."""

    def tensor_bytes(self, ref: TensorRef) -> bytes:
        return self.archive.read(STORAGE + ref.storage)


def open_contents(data: bytes, *, source: str) -> Contents:
    """Check `data` throughout; `CheckpointError` names `source` and what is wrong."""
    archive = Archive(data, source=source)
    manifest = parse_manifest(archive.read(MANIFEST, limit=MAX_MANIFEST), source=source)
    _check_bookkeeping(archive)
    tree = parse(archive.read(PICKLE, limit=MAX_PICKLE), source=source)
    if not isinstance(tree, dict) or "model" not in tree or not set(tree) <= set(PARTS):
        raise CheckpointError(f"{source}: the top level is not a dict of {' and '.join(PARTS)}")
    if not all(isinstance(part, dict) for part in tree.values()):
        raise CheckpointError(f"{source}: {' or '.join(PARTS)} is not a dict")
    if not all(isinstance(name, str) and isinstance(ref, TensorRef) for name, ref in tree["model"].items()):
        raise CheckpointError(f"{source}: the model holds something other than named tensors")
    _check_tensors(archive, manifest, tree)
    return Contents(archive, manifest, tree)


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


def _check_tensors(archive: Archive, manifest: Manifest, tree: dict[str, Any]) -> None:
    """Every tensor is recorded, has the recorded form, and its bytes the recorded digest; nothing is left over."""
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
        if ref.storage not in digests:
            digests[ref.storage] = hashlib.sha256(archive.read(member)).hexdigest()
        if digests[ref.storage] != info.sha256:
            raise CheckpointError(f"{source}: SHA-256 of tensor {path[:80]!r} differs from the recorded one: damaged")
    unused = {name for name in archive.names() if name.startswith(STORAGE)} - {STORAGE + key for key in digests}
    if unused:
        raise CheckpointError(f"{source}: member {sorted(unused)[0]!r} belongs to no tensor")

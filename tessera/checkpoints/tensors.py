"""A checkpoint into an open file: the tree of values, then tensor by tensor in pieces, hashed on the way."""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import IO, Any

import torch
from torch import Tensor

import tessera
from tessera.checkpoints.archive import (
    FOLDER,
    MANIFEST,
    MAX_MANIFEST,
    MAX_PICKLE,
    PICKLE,
    PIECE,
    STORAGE,
    ArchiveWriter,
)
from tessera.checkpoints.contents import walk
from tessera.checkpoints.manifest import DTYPE_NAMES, DTYPES, Manifest, Meta, TensorInfo, parse_manifest
from tessera.errors import BadValue
from tessera.interfaces.network import features_of

STORAGES = {name: kind for kind, (name, _) in DTYPES.items()}
"""dtype -> torch's storage class."""
BOOKKEEPING = {
    "version": b"3\n",
    "byteorder": sys.byteorder.encode(),
    ".format_version": b"1",
    ".storage_alignment": b"64",
}
"""What `torch.save` writes beside the data."""


def write_checkpoint(
    file: IO[bytes],
    module: torch.nn.Module,
    *,
    network: str,
    settings: Mapping[str, Any],
    meta: Meta = Meta(),
    trainer: Mapping[str, Any] | None = None,
    revision: str = "",
) -> Manifest:
    """Write a checkpoint into an empty file that can be read and sought. Waits for the tensors' devices."""
    tree: dict[str, Any] = {"model": _plain(module.state_dict(), "model")}
    if not all(isinstance(value, Tensor) for value in tree["model"].values()):
        raise BadValue("model", network, "a state_dict of tensors alone, without extra state")
    if trainer is not None:
        tree["trainer"] = _plain(trainer, "trainer")
    named: dict[str, Tensor] = {}
    for path, leaf in walk(tree):
        if isinstance(leaf, Tensor):
            if path in named:
                raise BadValue("checkpoint", path, "one tensor for each path; rename the keys")
            named[path] = leaf
    manifest = Manifest(
        network=network,
        settings=dict(settings),
        tensors={path: TensorInfo(tuple(tensor.shape), _dtype(tensor), "0" * 64) for path, tensor in named.items()},
        meta=meta,
        features=features_of(module).name,
        revision=revision,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        writer=f"tessera {tessera.__version__}, torch {torch.__version__}",
    )
    parse_manifest(_limited(manifest.to_json(), MAX_MANIFEST), source="manifest to be saved")
    storages = _Storages()
    with ArchiveWriter(file) as archive:
        archive.add(PICKLE, _limited(_pickled(tree, storages), MAX_PICKLE))
        for name, data in BOOKKEEPING.items():
            archive.add(FOLDER + name, data)
        digests = {storage.key: _write(archive, storage.key, tensor) for storage, tensor in storages.all()}
        tensors = {
            path: replace(info, sha256=digests[storages.of(named[path]).key]) for path, info in manifest.tensors.items()
        }
        manifest = replace(manifest, tensors=tensors)
        archive.add(MANIFEST, manifest.to_json())
    return manifest


@dataclass(frozen=True)
class _Storage:
    """What stands for a tensor's bytes in the pickle."""

    key: str
    kind: str
    elements: int


class _Storages:
    """A storage for each tensor; tensors that are the same bytes have the same one."""

    def __init__(self) -> None:
        self._found: dict[object, tuple[_Storage, Tensor]] = {}

    def of(self, tensor: Tensor) -> _Storage:
        """The storage of a tensor, a new one where it has none yet."""
        shared = tensor.is_contiguous() and tensor.numel() > 0
        where = tensor.data_ptr() if shared else id(tensor)
        identity = (shared, where, str(tensor.device), tensor.dtype, tensor.numel())
        if identity not in self._found:  # the tensor is kept, so that its address is not used again
            kind = STORAGES[_dtype(tensor)]
            self._found[identity] = _Storage(str(len(self._found)), kind, tensor.numel()), tensor
        return self._found[identity][0]

    def all(self) -> list[tuple[_Storage, Tensor]]:
        return list(self._found.values())


class _Pickler(pickle.Pickler):
    """Writes what `torch.save` writes, and keeps to what `pickled.parse` reads."""

    def __init__(self, file: IO[bytes], storages: _Storages) -> None:
        super().__init__(file, protocol=2)
        self._storages = storages

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, _Storage):
            return "storage", getattr(torch, obj.kind), obj.key, "cpu", obj.elements
        return None

    def reducer_override(self, obj: Any) -> Any:
        if not isinstance(obj, Tensor):
            return NotImplemented
        stride = torch.empty(obj.shape, device="meta").stride()
        hooks: OrderedDict[str, Any] = OrderedDict()
        return torch._utils._rebuild_tensor_v2, (self._storages.of(obj), 0, tuple(obj.shape), stride, False, hooks)


def _pickled(tree: Any, storages: _Storages) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, storages).dump(tree)
    return buffer.getvalue()


def _write(archive: ArchiveWriter, key: str, tensor: Tensor) -> str:
    """The bytes of a tensor as a member; their SHA-256."""
    digest = hashlib.sha256()
    with archive.open(STORAGE + key, tensor.nbytes) as member:
        for piece in _pieces(tensor):
            digest.update(piece)
            member.write(piece)
    return digest.hexdigest()


def _pieces(tensor: Tensor) -> Iterator[memoryview]:
    """The bytes of a tensor in order, on the CPU, each piece possibly in place of the one before."""
    if tensor.numel() == 0:
        return
    if not tensor.is_contiguous():
        rows = max(1, PIECE * len(tensor) // tensor.nbytes)
        for part in tensor.split(rows):
            yield from _pieces(part.contiguous())
        return
    flat = tensor.view(-1).view(torch.uint8)
    pinned = torch.empty(min(PIECE, len(flat)), dtype=torch.uint8, pin_memory=True) if flat.is_cuda else None
    for part in flat.split(PIECE):
        here = part.cpu() if pinned is None else pinned[: len(part)].copy_(part)
        yield here.numpy().data


def _plain(value: Any, path: str) -> Any:
    """A fresh tree of plain containers, primitives and dense tensors, which are not copied."""
    if isinstance(value, Tensor):
        if _dtype(value) not in DTYPE_NAMES or value.layout != torch.strided:
            raise BadValue(f"checkpoint {path}", f"{value.dtype} {value.layout}", f"dense {', '.join(DTYPE_NAMES)}")
        return value.detach()
    if isinstance(value, Mapping):
        for key in value:
            if type(key) not in (str, int):
                raise BadValue(f"checkpoint {path}: key", key, "text or a whole number")
        return {key: _plain(item, f"{path}/{key}") for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple([_plain(item, path) for item in value])
    if isinstance(value, list):
        return [_plain(item, path) for item in value]
    if value is None or type(value) in (str, int, float, bool):
        return value
    raise BadValue(f"checkpoint {path}", value, "tensors, dicts, lists, tuples, text, numbers, booleans and None")


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _limited(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise BadValue("checkpoint", f"{len(data)} bytes of names and numbers", f"at most {limit}", "use tensors")
    return data

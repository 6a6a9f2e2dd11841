"""A small valid checkpoint, and tools to forge damaged and hostile ones from it."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import io
import json
import pickle
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Any

import torch

from tessera.checkpoints import Elo, Manifest, Meta
from tessera.checkpoints.archive import COMMENT, MANIFEST, PICKLE, SEAL_OF_ALL, Archive
from tessera.checkpoints.manifest import TensorInfo, parse_manifest
from tessera.checkpoints.store import FileStore
from tessera.checkpoints.tensors import write_checkpoint
from tessera.errors import CheckpointError
from tessera.interfaces.network import NetworkSpec
from tessera.interfaces.stores import StoreSpec
from tessera.plugins import Registry
from tessera.values import Range

META = Meta(rules="chinese-kgs", sizes=(9, 13), games=7, moves=400, step=3, parent="ab", elo=Elo(1.5, -10, 12, "x"))
SETTINGS: dict[str, Any] = {"width": 4, "bias": True}


@dataclass(frozen=True)
class ToySettings:
    """The shape of `build_toy`."""

    width: Annotated[int, Range(1, 64)] = 8
    """Inputs."""
    bias: bool = True
    """Whether the linear layer has one."""


@dataclass(frozen=True)
class CarelessSettings:
    """A shape without bounds."""

    width: int = 8
    """Inputs."""


def build_toy(settings: ToySettings) -> torch.nn.Module:
    """Two layers and a buffer: floats, ints, and a 0-dimensional tensor."""
    return torch.nn.Sequential(torch.nn.Linear(settings.width, 3, bias=settings.bias), torch.nn.BatchNorm1d(3))


def build_careless(settings: CarelessSettings) -> torch.nn.Module:
    return torch.nn.Linear(settings.width, settings.width)


TOY = NetworkSpec("toy", "for tests", ToySettings, build_toy)
CARELESS = NetworkSpec("careless", "for tests", CarelessSettings, build_careless)
OTHER = NetworkSpec("other", "for tests", ToySettings, lambda settings: torch.nn.Linear(2, 2))
CATALOG = SimpleNamespace(
    networks=Registry("networks", lambda: ()), formats={}, stores={"file": StoreSpec("file", "", FileStore)}
)
CATALOG.networks.update(toy=TOY, other=OTHER, careless=CARELESS)


def toy(seed: int = 0) -> torch.nn.Module:
    torch.manual_seed(seed)
    return build_toy(ToySettings(**SETTINGS))


def valid(seed: int = 0, **keywords: Any) -> bytes:
    """The bytes of a checkpoint of `toy`."""
    file = io.BytesIO()
    write_checkpoint(file, toy(seed), network="toy", settings=SETTINGS, meta=META, **keywords)
    return file.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


@functools.cache
def good() -> dict[str, bytes]:
    """The members of a valid checkpoint."""
    return members(valid())


def reseal(data: bytes) -> bytes:
    """`data` with a right seal over whatever it now contains, of the kind that covers all bytes."""
    body = data[:-COMMENT]
    return body + SEAL_OF_ALL + hashlib.sha256(body).hexdigest().encode()


def reseal_as_today(data: bytes) -> bytes:
    """`data` with a right seal of today's kind, where it is an archive at all."""
    try:
        seal = Archive(io.BytesIO(data), source="forged", sealed=False).seal()
    except CheckpointError:
        return data
    return data[:-64] + seal


def with_members(**changes: bytes | None) -> bytes:
    """A valid checkpoint with members replaced or, when None, left out. Keys: 'pickle', 'manifest', or names."""
    aliases = {"pickle": PICKLE, "manifest": MANIFEST}
    parts: dict[str, bytes | None] = {**good(), **{aliases.get(key, key): it for key, it in changes.items()}}
    return raw_zip([(name, content) for name, content in parts.items() if content is not None])


def with_manifest(**changes: Any) -> bytes:
    """A valid checkpoint whose manifest has some fields replaced and a digest that fits."""
    manifest = parse_manifest(good()[MANIFEST], source="valid")
    return with_members(manifest=dataclasses.replace(manifest, **changes).to_json())


def with_json(edit: Callable[[dict[str, Any]], object]) -> bytes:
    """A valid checkpoint whose manifest was edited as JSON, without a new digest."""
    fields = json.loads(good()[MANIFEST])
    edit(fields)
    return with_members(manifest=json.dumps(fields).encode())


def declaring(elements: int) -> bytes:
    """One tensor that declares `elements` float32 in pickle and manifest alike, with four bytes of data."""
    parts = good()
    tiny = io.BytesIO()
    torch.save({"model": {"w": torch.zeros(3)}}, tiny)
    tiny.seek(0)
    with zipfile.ZipFile(tiny) as archive:
        code = archive.read("archive/data.pkl")
    big = pickle.dumps(elements, protocol=2)[2:-1]
    assert code.count(b"K\x03") == 2
    code = code.replace(b"K\x03", big)
    manifest = Manifest("toy", dict(SETTINGS), {"model/w": TensorInfo((elements,), "float32", "0" * 64)}, META)
    kept = {name: parts[name] for name in ("tessera/byteorder", "tessera/version")}
    return raw_zip([(PICKLE, code), *kept.items(), ("tessera/data/0", b"\0" * 4), (MANIFEST, manifest.to_json())])


def raw_zip(entries: list[tuple[str, bytes]], *, compression: int = zipfile.ZIP_STORED) -> bytes:
    """A sealed zip of any entries, duplicates included."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", compression) as archive:
        warnings.simplefilter("ignore", UserWarning)  # zipfile warns of the duplicates we want
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=compression)
        archive.comment = SEAL_OF_ALL + b"0" * 64
    return reseal(buffer.getvalue())

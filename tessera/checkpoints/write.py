"""Saving: encode, stage, read back and verify, then hand over to the store."""

from __future__ import annotations

import contextlib
import hashlib
import io
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import tessera
from tessera import files
from tessera.checkpoints import durable
from tessera.checkpoints.archive import BOOKKEEPING, FOLDER, MANIFEST, MAX_FILE, compose, read_file
from tessera.checkpoints.contents import open_contents, walk
from tessera.checkpoints.manifest import DTYPE_NAMES, Manifest, Meta, TensorInfo, parse_manifest
from tessera.checkpoints.store import FileStore, local_path, scheme_of
from tessera.errors import BadValue, CheckpointError, NotCommitted
from tessera.interfaces.stores import StoreSpec

if TYPE_CHECKING:
    import torch


class Stores(Protocol):
    """What `save` asks of a plugin manager."""

    @property
    def stores(self) -> Mapping[str, StoreSpec]: ...


def save(
    url: str | Path,
    module: torch.nn.Module,
    *,
    network: str,
    settings: Mapping[str, Any],
    meta: Meta = Meta(),
    trainer: Mapping[str, Any] | None = None,
    manager: Stores | None = None,
) -> Manifest:
    """Write `module` to `url`, all or nothing, and return its manifest.

    `network` and `settings` rebuild the module from the registry. `trainer` is a dict of tensors and
    primitives that `load(..., with_trainer=True)` gives back. `manager` is needed for URLs with a scheme
    other than `file`. Raises `NotCommitted` (the old file still stands) or `DurabilityUncertain`.
    """
    data, manifest = encode(module, network=network, settings=settings, meta=meta, trainer=trainer)
    commit(data, manifest, url, manager=manager)
    return manifest


def commit(data: bytes | bytearray, manifest: Manifest, url: str | Path, *, manager: Stores | None = None) -> None:
    """Put encoded bytes at `url`: staged, synced, read back and verified, then handed to the store. No torch."""
    scheme = scheme_of(url)
    if scheme != "file" and manager is None:
        raise BadValue("checkpoint", str(url), "a path, unless a plugin manager is given for the scheme")
    store = manager.stores[scheme].build() if manager is not None else FileStore()
    with contextlib.ExitStack() as cleanup:
        if scheme == "file":
            target = local_path(url).resolve()
            folder, name, url = _made(target.parent), target.name, str(target)
        else:
            folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="tessera-")))
            name = "checkpoint.pth"
        staged = durable.stage(data, folder, name)
        cleanup.callback(durable.discard, staged)
        _read_back(staged, data, manifest, str(url))
        store.put(staged, str(url))


def encode(
    module: torch.nn.Module,
    *,
    network: str,
    settings: Mapping[str, Any],
    meta: Meta = Meta(),
    trainer: Mapping[str, Any] | None = None,
) -> tuple[bytearray, Manifest]:
    """The bytes of a checkpoint and its manifest. The module's tensors are copied to the CPU (a sync on a GPU)."""
    import torch

    tree: dict[str, Any] = {"model": _plain(module.state_dict(), "model")}
    if not all(isinstance(value, torch.Tensor) for value in tree["model"].values()):
        raise BadValue("model", network, "a state_dict of tensors alone, without extra state")
    if trainer is not None:
        tree["trainer"] = _plain(trainer, "trainer")
    tensors: dict[str, TensorInfo] = {}
    for path, leaf in walk(tree):
        if isinstance(leaf, torch.Tensor):
            if path in tensors:
                raise BadValue("checkpoint", path, "one tensor for each path; rename the keys")
            tensors[path] = _describe(leaf)
    manifest = Manifest(
        network=network,
        settings=dict(settings),
        tensors=tensors,
        meta=meta,
        revision=git_revision(),
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        writer=f"tessera {tessera.__version__}, torch {torch.__version__}",
    )
    parse_manifest(manifest.to_json(), source="manifest to be saved")
    data = compose(_torch_members(tree) | {MANIFEST: manifest.to_json()})
    if len(data) > MAX_FILE:
        raise NotCommitted(f"checkpoint: {len(data)} bytes are more than the {MAX_FILE} a file may have")
    return data, manifest


def git_revision() -> str:
    """The commit of the checkout this package runs from, '' for an installed copy or without git."""
    root = Path(tessera.__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return ""
    try:
        return _git(root, "rev-parse", "HEAD") + ("+dirty" if _git(root, "status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()


def _read_back(staged: Path, data: bytes | bytearray, manifest: Manifest, url: str) -> None:
    try:
        stored = read_file(staged)
        same = hashlib.sha256(stored).digest() == hashlib.sha256(data).digest()
        if not same or open_contents(stored, source=str(staged)).manifest.digest != manifest.digest:
            raise NotCommitted(f"{url}: not saved: what was read back is not what was written; check the disk")
    except NotCommitted:
        raise
    except CheckpointError as error:
        raise NotCommitted(f"{url}: not saved: reading back failed: {error}") from error


def _made(folder: Path) -> Path:
    """The folder, made durable when it is new."""
    if folder.is_dir():
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.sync_directory(folder.parent)
    except OSError as error:
        raise NotCommitted(f"{folder}: not saved: the folder cannot be made: {error.strerror}") from error
    return folder


def _plain(value: Any, path: str) -> Any:
    """A fresh tree of plain containers, primitives and CPU tensors that own exactly their bytes."""
    import torch

    if isinstance(value, torch.Tensor):
        return _owned(value, path)
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


def _owned(tensor: torch.Tensor, path: str) -> torch.Tensor:
    if str(tensor.dtype).removeprefix("torch.") not in DTYPE_NAMES or tensor.layout.__repr__() != "torch.strided":
        raise BadValue(f"checkpoint {path}", f"{tensor.dtype} {tensor.layout}", f"dense {', '.join(DTYPE_NAMES)}")
    tensor = tensor.detach().cpu().contiguous()
    if tensor.untyped_storage().nbytes() != tensor.nbytes:
        tensor = tensor.clone()
    return tensor


def _describe(tensor: torch.Tensor) -> TensorInfo:
    import torch

    data = tensor.reshape(-1).view(torch.uint8).numpy()
    dtype = str(tensor.dtype).removeprefix("torch.")
    return TensorInfo(tuple(tensor.shape), dtype, hashlib.sha256(data.data).hexdigest())


def _torch_members(tree: dict[str, Any]) -> dict[str, bytes]:
    """The members `torch.save` writes, under our folder instead of its own."""
    import torch

    buffer = io.BytesIO()
    torch.save(tree, buffer)
    members = {}
    with zipfile.ZipFile(buffer) as archive:
        for info in archive.infolist():
            name = FOLDER + info.filename.partition("/")[2]
            if name in BOOKKEEPING or name.startswith((FOLDER + "data/", FOLDER + "data.pkl")):
                members[name] = archive.read(info)
    return members

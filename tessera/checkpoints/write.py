"""Saving: stage, write tensor by tensor, read back and verify, then hand over to the store."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

import tessera
from tessera import files
from tessera.checkpoints import durable
from tessera.checkpoints.contents import open_contents
from tessera.checkpoints.manifest import Manifest, Meta
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
    other than `file`. No tensor is copied but in pieces of a few MiB, on its way to the CPU.

    Raises `NotCommitted` (the old file still stands) or `DurabilityUncertain`.
    """
    from tessera.checkpoints.tensors import write_checkpoint

    def write(file: IO[bytes]) -> Manifest:
        return write_checkpoint(
            file, module, network=network, settings=settings, meta=meta, trainer=trainer, revision=git_revision()
        )

    return put(write, url, manager=manager)


def put(write: Callable[[IO[bytes]], Manifest], url: str | Path, *, manager: Stores | None = None) -> Manifest:
    """Put what `write` writes at `url`: staged, synced, read back and verified, then handed to the store. No torch."""
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
        staged = cleanup.enter_context(durable.staging(folder, name))
        manifest = _written(write, staged, str(url))
        staged.release()
        store.put(staged.path, str(url))
    return manifest


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


def _written(write: Callable[[IO[bytes]], Manifest], staged: files.Staged, url: str) -> Manifest:
    """What `write` has written, on the disk and read back.

    The manifest has the digests of all tensors, and the seal has the rest: nothing else need be compared.
    """
    problem = f"{url}: not saved: what was read back is not what was written"
    try:
        manifest = write(cast("IO[bytes]", staged))
        staged.sync()
        with open_contents(staged.path) as contents:
            contents.check_tensors()
            found = contents.manifest
    except CheckpointError as error:
        raise NotCommitted(f"{problem} ({error}); check the disk") from error
    if found != manifest:
        raise NotCommitted(f"{problem}; check the disk")
    return manifest


def _made(folder: Path) -> Path:
    """The folder, made durable when it is new."""
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            files.sync_directory(folder.parent)
    except OSError as error:
        raise NotCommitted(f"{folder}: not saved: the folder cannot be used: {files.reason(error)}") from error
    return folder

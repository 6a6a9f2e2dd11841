"""Loading: everything is checked on the CPU before a module is built or a device is touched."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tessera.checkpoints.archive import MANIFEST, MAX_MANIFEST, Archive, opened
from tessera.checkpoints.budget import build_within
from tessera.checkpoints.contents import Contents, open_contents
from tessera.checkpoints.foreign import manifest_of, read_foreign
from tessera.checkpoints.manifest import Manifest, TensorInfo, parse_manifest
from tessera.checkpoints.pickled import TensorRef
from tessera.checkpoints.store import local_path, scheme_of
from tessera.errors import BadValue, CheckpointError
from tessera.interfaces.catalog import NetworkCatalog
from tessera.interfaces.network import ForeignNetwork, NetworkSpec, features_of
from tessera.settings import from_table

if TYPE_CHECKING:
    import torch


MAX_WEIGHTS = 2**32
"""Bytes of a network, which may come from anyone. What a trainer keeps has no limit: nobody else reads it."""


@dataclass(frozen=True)
class Loaded:
    """A network as it came out of a checkpoint."""

    module: torch.nn.Module
    """In eval mode, on the device asked for."""
    manifest: Manifest
    trainer: dict[str, Any] | None = None
    """Tensors (on the CPU) and primitives, when asked for and there."""


def read_manifest(path: str | Path, manager: NetworkCatalog | None = None) -> Manifest:
    """What the file at `path` says about itself. Quick: the tensors are not read, so not verified.

    With a manager also what another program's file amounts to, which has to be read whole.
    """
    path = local_path(path)
    found = None if manager is None else read_foreign(path, manager.formats)
    if found is not None:
        return manifest_of(found)
    with opened(path) as file:
        archive = Archive(file, source=str(path), sealed=False)
        return parse_manifest(archive.read(MANIFEST, limit=MAX_MANIFEST), source=str(path))


def settings_in(manifest: Manifest, spec: NetworkSpec) -> Any:
    """The settings of a checkpoint's network; raises `BadValue`. Names of before are no news: it cannot be edited."""
    return from_table(spec.settings, manifest.settings, owner=f"network {spec.name}", tell=lambda text: None)


def verify(path: str | Path) -> Manifest:
    """Read the whole file and check all of it but the network's code; raises `CheckpointError`."""
    with open_contents(local_path(path)) as contents:
        contents.check_tensors()
        return contents.manifest


def load(url: str | Path, manager: NetworkCatalog, *, device: str = "cpu", with_trainer: bool = False) -> Loaded:
    """The network at `url`, rebuilt by the plugin it names and checked tensor by tensor.

    Only what is asked for is read. While the network is built it may allocate little more than the file's tensors
    confirm. Raises `CheckpointError`.
    """
    path = manager.stores[scheme_of(url)].build().get(str(url))
    found = read_foreign(path, manager.formats)
    if found is not None:
        return _load_foreign(found, str(url), manager, device)
    with open_contents(path, source=str(url)) as contents:
        weights = sum(ref.nbytes for ref in contents.tree["model"].values())
        if weights > MAX_WEIGHTS:
            raise CheckpointError(f"{url}: its network takes {weights} bytes, more than {MAX_WEIGHTS}")
        state = _tensors(contents, contents.tree["model"])
        refs = {name: TensorInfo(ref.shape, ref.dtype, "") for name, ref in contents.tree["model"].items()}
        module = _rebuild(contents.manifest, refs, manager.networks, contents.archive.source)
        module.load_state_dict(state, strict=True)
        trainer = _tensors(contents, contents.tree.get("trainer")) if with_trainer else None
        return Loaded(module.to(device).eval(), contents.manifest, trainer)


def _load_foreign(found: ForeignNetwork, url: str, manager: NetworkCatalog, device: str) -> Loaded:
    import torch

    manifest = manifest_of(found)
    state = {name: torch.from_numpy(array) for name, array in found.tensors.items()}
    refs = {name: manifest.tensors[f"model/{name}"] for name in state}
    module = _rebuild(manifest, refs, manager.networks, url)
    module.load_state_dict(state, strict=True)
    return Loaded(module.to(device).eval(), manifest)


def _rebuild(
    manifest: Manifest, refs: Mapping[str, TensorInfo], networks: Mapping[str, NetworkSpec], source: str
) -> torch.nn.Module:
    where = f"{source}: network {manifest.network!r}"
    try:
        spec = networks[manifest.network]
        settings = settings_in(manifest, spec)
        module = build_within(sum(math.prod(ref.shape) for ref in refs.values()), lambda: spec.build(settings))
    except (BadValue, CheckpointError) as error:
        raise CheckpointError(f"{where} cannot be built: {error}") from error
    except (ArithmeticError, MemoryError, RuntimeError, TypeError, ValueError) as error:
        # What torch and careless plugins raise for settings that make no sense.
        raise CheckpointError(f"{where} cannot be built: {' '.join(str(error).split())[:200]}") from error
    if features_of(module).name != manifest.features:
        raise CheckpointError(
            f"{where} does not fit: it reads {features_of(module).name}, the file says {manifest.features}"
        )
    _check_state(module.state_dict(), refs, where)
    return module


def _check_state(state: Mapping[str, Any], refs: Mapping[str, TensorInfo], where: str) -> None:
    """Names, shapes and dtypes of the module and of the file must be the same."""
    missing, foreign = sorted(set(state) - set(refs)), sorted(set(refs) - set(state))
    if missing or foreign:
        first = f"lacks {missing[0]!r}" if missing else f"has an unknown {foreign[0][:80]!r}"
        counts = f"{len(missing)} missing, {len(foreign)} unknown"
        raise CheckpointError(f"{where} does not fit: the file {first} ({counts})")
    for name, tensor in state.items():
        wanted = tuple(tensor.shape), str(tensor.dtype).removeprefix("torch.")
        if wanted != (refs[name].shape, refs[name].dtype):
            got = f"{list(refs[name].shape)} {refs[name].dtype}"
            raise CheckpointError(f"{where} does not fit: {name!r} is {got}, wanted {list(wanted[0])} {wanted[1]}")


def _tensors(contents: Contents, tree: Any) -> Any:
    """`tree` with real CPU tensors in place of the descriptions; tensors that shared a storage share it again."""
    import torch

    storages: dict[str, torch.Tensor] = {}

    def build(value: Any) -> Any:
        if isinstance(value, TensorRef):
            if value.storage not in storages:
                data = contents.read(value.storage)
                flat = torch.frombuffer(data, dtype=torch.uint8) if data else torch.empty(0, dtype=torch.uint8)
                storages[value.storage] = flat
            return storages[value.storage].view(getattr(torch, value.dtype)).reshape(value.shape)
        if isinstance(value, dict):
            return {key: build(item) for key, item in value.items()}
        if isinstance(value, list):
            return [build(item) for item in value]
        return tuple(build(item) for item in value) if isinstance(value, tuple) else value

    return build(tree)

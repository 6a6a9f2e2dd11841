"""Files that other programs keep networks in: a plugin's `FormatSpec` reads them, and here they become checkpoints."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from tessera.checkpoints.archive import opened
from tessera.checkpoints.manifest import Manifest, Meta, TensorInfo
from tessera.interfaces.network import ForeignNetwork, FormatSpec


def read_foreign(path: Path, formats: Mapping[str, FormatSpec]) -> ForeignNetwork | None:
    """The network in a file whose first bytes are a format's; None where they are nobody's, which ours are.

    Raises `CheckpointError`.
    """
    with opened(path) as file:
        beginning = file.read(max((len(spec.magic) for spec in formats.values()), default=0))
    spec = next((spec for spec in formats.values() if beginning.startswith(spec.magic)), None)
    return None if spec is None else spec.read(path)


def manifest_of(found: ForeignNetwork) -> Manifest:
    """What a checkpoint of that network would say: the digest is the same once it is imported."""
    tensors = {
        f"model/{name}": TensorInfo(array.shape, str(array.dtype), hashlib.sha256(array.data).hexdigest())
        for name, array in found.tensors.items()
    }
    return Manifest(
        network=found.network,
        settings=dict(found.settings),
        tensors=tensors,
        meta=Meta(note=found.note),
        features=found.features,
    )

"""A checkpoint's model as a safetensors file, for programs that read that."""

from __future__ import annotations

from pathlib import Path

from tessera.checkpoints import durable
from tessera.checkpoints.manifest import Manifest
from tessera.checkpoints.read import load
from tessera.interfaces.catalog import NetworkCatalog


def to_safetensors(url: str | Path, target: Path, manager: NetworkCatalog) -> Manifest:
    """Write the model at `url` to `target`, durably; the manifest goes along as metadata 'tessera.manifest'.

    Needs the package safetensors (`ModuleNotFoundError` otherwise).
    """
    from safetensors.torch import save

    loaded = load(url, manager)
    tensors = {name: tensor.contiguous().clone() for name, tensor in loaded.module.state_dict().items()}
    data = save(tensors, metadata={"format": "pt", "tessera.manifest": loaded.manifest.to_json().decode()})
    target = target.resolve()
    with durable.staging(target.parent, target.name) as staged:
        staged.write(data)
        staged.sync()
        staged.release()
        durable.publish(staged.path, target)
    return loaded.manifest

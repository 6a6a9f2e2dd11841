"""Checkpoints: `.pth` files that are safe to open, whole, and durable.

An ordinary `torch.save` zip of tensors and primitives (plain `torch.load(weights_only=True)` opens it) with
two additions: the member `tessera/manifest.json`, which says what the weights are and holds a SHA-256 for
every tensor, and a zip comment with the SHA-256 of everything before it, so that no flipped bit goes unseen.

    save("net.pth", module, network="resnet", settings={"blocks": 6}, meta=Meta(sizes=(9,)))
    loaded = load("net.pth", build_manager())        # Loaded(module, manifest, trainer)
    manifest = read_manifest("net.pth")              # no torch needed
    manifest = verify("net.pth")                     # reads and checks everything; no torch needed

Where to start reading: `manifest.py` (what is recorded), `archive.py` (the container), `pickled.py` (the little
unpickler that replaces pickle for files from outside), `contents.py` (its values and tensors), `read.py` (with
`budget.py`: no more memory than the file confirms), `write.py` (with `durable.py`). `store.py` is the default store,
`export.py` writes safetensors, `foreign.py` opens what plugins read of other programs' files, `rank_table.py` finds
and keeps the table that goes with a network.
"""

from __future__ import annotations

from tessera.checkpoints.manifest import Elo, Manifest, Meta, TensorInfo
from tessera.checkpoints.read import Loaded, load, read_manifest, verify
from tessera.checkpoints.store import shipped_path
from tessera.checkpoints.write import save

__all__ = [
    "Elo",
    "Loaded",
    "Manifest",
    "Meta",
    "TensorInfo",
    "load",
    "read_manifest",
    "save",
    "shipped_path",
    "verify",
]

"""A store that keeps checkpoints in a dict, one for the whole process."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from tessera.errors import CheckpointError

KEPT: dict[str, bytes] = {}


class MemoryStore:
    """See `tessera.interfaces.stores.CheckpointStore`."""

    def put(self, staged: Path, url: str) -> None:
        KEPT.pop(url, None)
        KEPT[url] = staged.read_bytes()

    def get(self, url: str) -> Path:
        if url not in KEPT:
            raise CheckpointError(f"{url}: no such checkpoint in memory")
        path = Path(tempfile.mkdtemp(prefix="tessera-example-")) / "checkpoint.pth"
        path.write_bytes(KEPT[url])
        return path

    def list(self, url: str) -> Sequence[str]:
        return [known for known in KEPT if known.startswith(url.rstrip("/") + "/")]

    def delete(self, url: str) -> None:
        del KEPT[url]

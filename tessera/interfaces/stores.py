"""Where checkpoints live: one store for each URL scheme ('file' is built in)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class CheckpointStore(Protocol):
    """Moves whole, already verified files between a staging path and a place named by a URL.

    Most are checkpoints, `NAME.pth`; a run that is mirrored puts its config and its logs beside them.
    """

    def put(self, staged: Path, url: str) -> None:
        """Make `staged` durable at `url`, all or nothing. Raises `NotCommitted` or `DurabilityUncertain`."""
        ...

    def get(self, url: str) -> Path:
        """A readable local path of the checkpoint at `url`. Raises `CheckpointError`."""
        ...

    def list(self, url: str) -> Sequence[str]:
        """URLs of the checkpoints below a folder-like `url`, oldest first."""
        ...

    def delete(self, url: str) -> None: ...


@dataclass(frozen=True)
class StoreSpec:
    """A checkpoint store a plugin offers for a URL scheme."""

    scheme: str
    """'file', 's3', ... lower case; a path without a scheme is 'file'."""
    summary: str
    build: Callable[[], CheckpointStore]

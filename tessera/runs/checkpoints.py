"""The checkpoints of a run as their file names and manifests tell them; no tensor is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from tessera.checkpoints import Elo, read_manifest
from tessera.errors import TesseraError

NAME = re.compile(r"(net|run)-(\d{1,18})\.pth")


@dataclass(frozen=True)
class Checkpoint:
    """One file of checkpoints/."""

    path: Path
    kind: str
    """'net' (a network to play with) or 'run' (all that the run needs to go on)."""
    step: int
    bytes: int
    written: float
    """Seconds since the epoch."""
    network: str = ""
    """What builds it: mamba, resnet, ..."""
    digest: str = ""
    """The identity of its weights."""
    parent: str | None = None
    """Digest of the network that the run began with; None where it began from random weights."""
    games: int = 0
    moves: int = 0
    elo: Elo | None = None
    problem: str = ""
    """Why the manifest cannot be read, else empty."""

    @property
    def name(self) -> str:
        """As elo.jsonl and evaluation/games.jsonl call it: net-00001234."""
        return self.path.stem


class CheckpointFolder:
    """checkpoints/ of a run; a manifest is read once for each file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[Path, Checkpoint] = {}

    def read(self) -> list[Checkpoint]:
        """What is there now, by step, networks before the files to go on from."""
        found = {}
        for path in self.path.glob("*.pth"):
            if (match := NAME.fullmatch(path.name)) is None:
                continue
            try:
                status = path.stat()
            except FileNotFoundError:  # the run dropped it between the two calls
                continue
            told = Checkpoint(path, match[1], int(match[2]), status.st_size, status.st_mtime)
            known = self._known.get(path)
            same = known is not None and (known.bytes, known.written) == (told.bytes, told.written)
            found[path] = known if same and known is not None else _described(told)
        self._known = found
        return sorted(found.values(), key=lambda each: (each.step, each.kind))


def _described(told: Checkpoint) -> Checkpoint:
    try:
        manifest = read_manifest(told.path)
    except TesseraError as error:
        return replace(told, problem=str(error))
    meta = manifest.meta
    return replace(
        told,
        network=manifest.network,
        digest=manifest.digest,
        parent=meta.parent,
        games=meta.games,
        moves=meta.moves,
        elo=meta.elo,
    )

"""Which network an engine plays with, as clients ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tessera.rules.features import SETS

if TYPE_CHECKING:
    from tessera.checkpoints import Manifest


@dataclass(frozen=True)
class Model:
    """A network as `query_models` and `kata-get-models` describe it."""

    name: str
    """Name of its file."""
    internal_name: str
    batch: int
    """Positions evaluated together at most."""
    version: int
    """Version of the input features: 1 for the set basic-1, 2 for the next."""
    territory: bool = False
    """Whether it has learned territory scoring."""

    @classmethod
    def of(cls, path: Path, manifest: Manifest, *, batch: int) -> Model:
        return cls(
            path.name,
            f"{manifest.network}-{manifest.short}",
            batch,
            version=1 + list(SETS).index(manifest.features),
            territory=SETS[manifest.features].territory,
        )

    def as_katago(self) -> dict[str, object]:
        return {
            "name": self.name,
            "internalName": self.internal_name,
            "maxBatchSize": self.batch,
            "usesHumanSLProfile": False,
            "version": self.version,
            "usingFP16": "false",
        }

"""The smallest thing `save` and `load` take for a plugin manager: one network and one store."""

from __future__ import annotations

from dataclasses import dataclass, field

from tessera.checkpoints.store import FileStore
from tessera.interfaces.network import FormatSpec, NetworkSpec
from tessera.interfaces.stores import StoreSpec


@dataclass
class Catalog:
    """Registries with one entry each."""

    network: NetworkSpec
    store: StoreSpec = field(default=StoreSpec("file", "files", FileStore))

    @property
    def networks(self) -> dict[str, NetworkSpec]:
        return {self.network.name: self.network}

    @property
    def formats(self) -> dict[str, FormatSpec]:
        return {}

    @property
    def stores(self) -> dict[str, StoreSpec]:
        return {self.store.scheme: self.store}

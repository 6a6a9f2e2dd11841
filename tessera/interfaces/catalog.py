"""What the loaded plugins offer, by name: all that rooms below `plugins` may know of the plugin manager.

A lookup of a name that is not there raises `BadValue` and lists those that are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tessera.interfaces.arbiter import ArbiterSpec
from tessera.interfaces.events import RunEvent
from tessera.interfaces.network import EvaluatorSpec, FormatSpec, NetworkSpec
from tessera.interfaces.player import PlayerSpec
from tessera.interfaces.stores import StoreSpec
from tessera.interfaces.trainer import TrainerSpec


class NetworkCatalog(Protocol):
    """What a checkpoint is opened with."""

    @property
    def networks(self) -> Mapping[str, NetworkSpec]: ...

    @property
    def formats(self) -> Mapping[str, FormatSpec]: ...

    @property
    def stores(self) -> Mapping[str, StoreSpec]:
        """By URL scheme."""
        ...


class Catalog(NetworkCatalog, Protocol):
    """Everything: `tessera.plugins.Manager` is one."""

    @property
    def evaluators(self) -> Mapping[str, EvaluatorSpec]: ...

    @property
    def players(self) -> Mapping[str, PlayerSpec]: ...

    @property
    def trainers(self) -> Mapping[str, TrainerSpec]: ...

    @property
    def arbiters(self) -> Mapping[str, ArbiterSpec]: ...

    def emit(self, event: RunEvent) -> None:
        """Tell an event to every plugin that listens."""
        ...

"""KataGo's networks: its model files (`.bin.gz`, `.txt.gz`) wherever a checkpoint can be named.

Start at `reader`, what a file has; `stream` reads it as something from outside, `blocks` and `settings` are the shape
of a network, `network` is the network in torch. What it is shown is the feature set `katago-v7`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tessera.hookspecs import hookimpl
from tessera.interfaces.network import ForeignNetwork, FormatSpec, NetworkSpec
from tessera_katago.settings import KataGoSettings

if TYPE_CHECKING:
    import torch

GZIP = b"\x1f\x8b"


def build(settings: KataGoSettings) -> torch.nn.Module:
    """A new `katago`."""
    from tessera_katago.network import KataGo

    return KataGo(settings)


def read(path: Path) -> ForeignNetwork:
    """The network in a model file of KataGo's."""
    from tessera_katago import reader

    return reader.read(path)


@hookimpl
def tessera_register_networks(register: Callable[[NetworkSpec], None]) -> None:
    register(NetworkSpec("katago", "KataGo's networks, read from its model files", KataGoSettings, build))


@hookimpl
def tessera_register_formats(register: Callable[[FormatSpec], None]) -> None:
    register(FormatSpec("katago", "KataGo's model files, .bin.gz and .txt.gz", GZIP, read))

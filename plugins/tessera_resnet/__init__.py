"""Residual networks: `tower`, the default, in the form that is quickest to evaluate, and `resnet`, the form before it.

Start reading at `tower`; `settings` is the shape of both. `network` is kept for the checkpoints that name it: they load
and play as they always did. A network's name stands for one program, so the new form has a new name, and no checkpoint
needs a rule of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tessera.hookspecs import hookimpl
from tessera.interfaces.network import NetworkSpec
from tessera_resnet.settings import ResNetSettings

if TYPE_CHECKING:
    import torch


def build_tower(settings: ResNetSettings) -> torch.nn.Module:
    """A new `tower`."""
    from tessera_resnet.tower import Tower

    return Tower(settings)


def build(settings: ResNetSettings) -> torch.nn.Module:
    """A new `resnet`."""
    from tessera_resnet.network import ResNet

    return ResNet(settings)


@hookimpl
def tessera_register_networks(register: Callable[[NetworkSpec], None]) -> None:
    register(
        NetworkSpec(
            name="tower",
            summary="residual convolutions with global pooling, in the quickest form",
            settings=ResNetSettings,
            build=build_tower,
        )
    )
    register(
        NetworkSpec(
            name="resnet",
            summary="the same with a norm in every block and pooled tokens: slower, kept for its checkpoints",
            settings=ResNetSettings,
            build=build,
        )
    )

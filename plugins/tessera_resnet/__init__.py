"""Residual networks: `tower`, the default, in the form that is quickest to evaluate, and `resnet`, the form before it.

Start reading at `tower`. `network` is kept for the checkpoints that name it: they load and play as they always did. A
network's name stands for one program, so the new form has a new name, and no checkpoint needs a rule of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tessera.hookspecs import hookimpl
from tessera.interfaces.network import NetworkSpec

if TYPE_CHECKING:
    import torch

DEFAULTS: dict[str, Any] = {"blocks": 6, "width": 96, "pool_every": 3}
"""Residual blocks; channels; every how many blocks one adds global pooling (0: none)."""


def build_tower(**settings: Any) -> torch.nn.Module:
    """A new `tower`; raises `BadValue` for a setting out of range."""
    from tessera.nn.settings import complete
    from tessera_resnet.tower import Tower

    return Tower(**complete("tower", DEFAULTS, settings))


def build(**settings: Any) -> torch.nn.Module:
    """A new `resnet`; raises `BadValue` for a setting out of range."""
    from tessera.nn.settings import complete
    from tessera_resnet.network import ResNet

    return ResNet(**complete("resnet", DEFAULTS, settings))


@hookimpl
def tessera_register_networks(register: Callable[[NetworkSpec], None]) -> None:
    register(
        NetworkSpec(
            name="tower",
            summary="residual convolutions with global pooling, in the quickest form",
            defaults=DEFAULTS,
            build=build_tower,
        )
    )
    register(
        NetworkSpec(
            name="resnet",
            summary="the same with a norm in every block and pooled tokens: slower, kept for its checkpoints",
            defaults=DEFAULTS,
            build=build,
        )
    )

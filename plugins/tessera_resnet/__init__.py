"""The residual network, the plain rival every other tower has to beat.

Start reading at `network`.
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


def build(**settings: Any) -> torch.nn.Module:
    """A new network; raises `BadValue` for a setting out of range."""
    from tessera.nn.settings import complete
    from tessera_resnet.network import ResNet

    return ResNet(**complete("resnet", DEFAULTS, settings))


@hookimpl
def tessera_register_networks(register: Callable[[NetworkSpec], None]) -> None:
    register(
        NetworkSpec(
            name="resnet",
            summary="residual convolutions with global pooling",
            defaults=DEFAULTS,
            build=build,
        )
    )

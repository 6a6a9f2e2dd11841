"""The Mamba network: selective state spaces over the rows and columns of the board.

Start reading at `network`, then `block` and `mixer`, then `scan` (the state space itself, in several equal forms).
`mamba2` is another kind of mixer, with mamba-ssm's own weights; `kernel` is that package's own kernel;
`fused` and `fused_kernels` are the default scan on a GPU, `choice` what it is chosen from; `settings` the shape of a
network.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tessera.hookspecs import hookimpl
from tessera.interfaces.network import NetworkForm, NetworkSpec
from tessera_mamba.settings import MambaSettings

if TYPE_CHECKING:
    import torch


def build(settings: MambaSettings) -> torch.nn.Module:
    """A new network."""
    from tessera_mamba.network import MambaNet

    return MambaNet(settings)


def forms(settings: MambaSettings, device: str) -> tuple[NetworkForm, ...]:
    """The ways to compute its scan."""
    from tessera_mamba import choice

    return choice.forms(settings, device)


@hookimpl
def tessera_register_networks(register: Callable[[NetworkSpec], None]) -> None:
    register(
        NetworkSpec(
            name="mamba",
            summary="Mamba-2 state spaces over rows and columns",
            settings=MambaSettings,
            build=build,
            forms=forms,
        )
    )

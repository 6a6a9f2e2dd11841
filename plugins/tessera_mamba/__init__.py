"""The Mamba network: selective state spaces over the rows and columns of the board.

Start reading at `network`, then `block` and `mixer`, then `scan` (the state space itself, in several equal forms).
`mamba2` is another kind of mixer, with mamba-ssm's own weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tessera.hookspecs import hookimpl
from tessera.interfaces.network import NetworkSpec

if TYPE_CHECKING:
    import torch

DEFAULTS: dict[str, Any] = {
    "blocks": 6,
    "width": 96,
    "expand": 2,
    "head_dim": 32,
    "state": 32,
    "mlp": 2,
    "pool_every": 3,
    "scan": "axial",
}
"""blocks; width D; inner width / D; channels per head; state size S; MLP's hidden width / D; every how many blocks
one adds global pooling (0: none); what a block scans: 'axial' (rows, columns in odd blocks), 'raster' (the whole
board row by row, column by column in odd blocks), 'none' (a gated convolution of about as many parameters) or
'mamba2' (causal, mamba-ssm's block, four directions in turn)."""


def build(**settings: Any) -> torch.nn.Module:
    """A new network; raises `BadValue` for a setting out of range."""
    from tessera.nn.settings import complete
    from tessera_mamba.network import MambaNet

    return MambaNet(**complete("mamba", DEFAULTS, settings))


@hookimpl
def tessera_register_networks(register: Callable[[NetworkSpec], None]) -> None:
    register(
        NetworkSpec(
            name="mamba",
            summary="Mamba-2 state spaces over rows and columns",
            defaults=DEFAULTS,
            build=build,
        )
    )

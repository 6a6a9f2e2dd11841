"""The shape of a Mamba network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from tessera.errors import BadValue
from tessera.rules.features import FeatureSetName
from tessera.settings import check
from tessera.values import Range, Unit


@dataclass(frozen=True)
class MambaSettings:
    """The network `mamba`."""

    blocks: Annotated[int, Range(1, 200)] = 6
    """Blocks, each a mixer and an MLP."""
    width: Annotated[int, Range(8, 2048), Unit("channels")] = 96
    """Channels D of every point."""
    expand: Annotated[int, Range(1, 8)] = 2
    """Inner width of a mixer / D."""
    head_dim: Annotated[int, Range(1, 512), Unit("channels")] = 32
    """Channels of a head; divides the inner width."""
    state: Annotated[int, Range(1, 512)] = 32
    """State size S of a head's channel."""
    mlp: Annotated[int, Range(1, 8)] = 2
    """The MLP's hidden width / D."""
    pool_every: Annotated[int, Range(0, 200), Unit("blocks")] = 3
    """Every how many blocks one sees the whole board (global pooling); 0: none. KataGo: 1.60."""
    scan: Literal["axial", "raster", "none", "mamba2"] = "axial"
    """What a block scans: rows, and columns in odd blocks (axial); the whole board row by row, column by column in odd
    blocks (raster); nothing, a gated convolution of about as many parameters (none); causal, mamba-ssm's block, four
    directions in turn (mamba2)."""

    features: FeatureSetName = "basic-1"
    """What it is shown of a position (docs/features.md): go-1 adds ladders and what is alive."""

    def __post_init__(self) -> None:
        check(self)
        if self.inner % self.head_dim:
            raise BadValue("head_dim", self.head_dim, f"a divisor of expand * width = {self.inner}")

    @property
    def inner(self) -> int:
        """Channels inside a mixer."""
        return self.expand * self.width

"""The shape of a residual network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tessera.rules.features import FeatureSetName
from tessera.settings import check
from tessera.values import Range, Unit


@dataclass(frozen=True)
class ResNetSettings:
    """The networks `tower` and `resnet`."""

    blocks: Annotated[int, Range(1, 200)] = 6
    """Residual blocks, of two convolutions each."""
    width: Annotated[int, Range(8, 2048), Unit("channels")] = 96
    """Channels of every point. Time and parameters grow with its square."""
    pool_every: Annotated[int, Range(0, 200), Unit("blocks")] = 3
    """Every how many blocks one sees the whole board (global pooling); 0: none. KataGo: 1.60."""

    features: FeatureSetName = "basic-1"
    """What it is shown of a position (docs/features.md): go-1 adds ladders and what is alive."""

    def __post_init__(self) -> None:
        check(self)

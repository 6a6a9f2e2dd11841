"""What shapes a network of KataGo's: all that its file says beside the weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from tessera.errors import BadValue
from tessera.settings import check
from tessera.values import Length, Range, Unit
from tessera_katago.blocks import MAX_CHANNELS, parse

OLDEST, NEWEST = 8, 16
Channels = Annotated[int, Range(1, MAX_CHANNELS), Unit("channels")]
Scale = Annotated[float, Range(above=0, high=1e6)]
Activation = Literal["relu", "mish", "silu", "identity"]


@dataclass(frozen=True)
class KataGoSettings:
    """The network `katago`: as a rule read from a file of KataGo's, not written by hand."""

    version: Annotated[int, Range(OLDEST, NEWEST)] = 8
    """KataGo's number for what the heads say."""
    channels: Channels = 96
    """Channels of the trunk."""
    first: Annotated[int, Range(1, 19), Unit("points")] = 3
    """Side of the first convolution; odd."""
    blocks: Annotated[str, Length(4096)] = "r96 r96 g64+32 r96 g64+32 r96"
    """The blocks of the trunk: r96 residual, g64+32 with 32 channels pooled, n128(...) a bottleneck."""
    activation: Activation = "relu"
    """What stands after every norm."""
    policy: Channels = 32
    """Channels of the policy head."""
    policy_pooled: Channels = 32
    """Channels of the policy head that are pooled."""
    value: Channels = 32
    """Channels of the value head."""
    value_hidden: Channels = 48
    """Numbers between the value head's pooling and what it says."""
    score_scale: Scale = 20.0
    """Points for each unit of the mean score."""
    score_stdev_scale: Scale = 20.0
    """Points for each unit of its standard deviation."""
    lead_scale: Scale = 20.0
    """Points for each unit of the lead."""
    time_scale: Scale = 40.0
    """What the unit is of how long a game stays open."""
    value_error_scale: Scale = 0.25
    """The same for the short-term error of the value; 1 before version 10, whatever is said here."""
    score_error_scale: Scale = 30.0
    """The same for the short-term error of the score."""

    def __post_init__(self) -> None:
        check(self)
        if self.first % 2 == 0:
            raise BadValue("first", self.first, "an odd number")
        parse(self.blocks)

    @property
    def policies(self) -> int:
        """Policies that the head gives: the plain one; from version 12 an optimistic one; in 16 two values of moves."""
        return 1 if self.version < 12 else 2 if self.version < 16 else 4

    @property
    def scores(self) -> int:
        """Numbers of the value head beside win, loss and no result: from version 9 also the short-term errors."""
        return 4 if self.version < 9 else 6

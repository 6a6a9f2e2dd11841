"""Every number the arbiters can be tuned by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tessera.settings import check
from tessera.values import Range, Unit


@dataclass(frozen=True)
class GtpSettings:
    """The arbiter `gtp`."""

    lag: Annotated[float, Range(0, 60), Unit("seconds")] = 0.5
    """What is forgiven on a clock."""
    longest: Annotated[int, Range(1), Unit("moves per point")] = 4
    """Length at which a game ends undecided."""

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class SelfSettings:
    """The arbiter `self`."""

    batch: Annotated[int, Range(1), Unit("games")] = 256
    """Games of a pair at once."""

    def __post_init__(self) -> None:
        check(self)

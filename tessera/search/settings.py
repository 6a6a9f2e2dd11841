"""Every number a search can be tuned by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple

from tessera.settings import check
from tessera.values import Range


@dataclass(frozen=True)
class PuctSettings:
    """How a line is chosen below the root, and at a root without Gumbel noise."""

    exploration: Annotated[float, Range(0, 100)] = 1.1
    """PUCT's constant, for utilities in -1..1."""
    first_play_reduction: Annotated[float, Range(-10, 10)] = 0.2
    """How much worse than its parent an unvisited move is taken to be, times the root of the policy already visited."""
    score_weight: Annotated[float, Range(0, 1)] = 0.1
    """Share of the utility that is the score, squashed to -1..1; the rest is win minus loss."""

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class SearchSettings:
    """How a search chooses which line to look at next."""

    gumbel_root: bool = False
    """Gumbel noise and sequential halving at the root, for few simulations (Danihelka et al., ICLR 2022)."""
    max_num_considered_actions: int = 16
    """Root actions a Gumbel search starts with."""
    gumbel_scale: float = 1.0
    """Weight of the noise; 0 makes a Gumbel search deterministic."""
    c_visit: float = 50.0
    """c_visit of the paper: how far the value is trusted against the policy before any visit."""
    c_scale: float = 0.5
    """c_scale of the paper, for utilities in -1..1 (the paper's 1.0 is for 0..1)."""
    puct: PuctSettings = PuctSettings()


class KernelSettings(NamedTuple):
    """The same numbers as the kernels take them."""

    gumbel_root: bool
    c_visit: float
    c_scale: float
    exploration: float
    first_play_reduction: float
    score_weight: float


def for_kernels(settings: SearchSettings) -> KernelSettings:
    return KernelSettings(
        bool(settings.gumbel_root),
        float(settings.c_visit),
        float(settings.c_scale),
        float(settings.puct.exploration),
        float(settings.puct.first_play_reduction),
        float(settings.puct.score_weight),
    )

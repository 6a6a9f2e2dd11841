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
    exploration_growth: Annotated[float, Range(0, 100)] = 0.0
    """How much PUCT's constant grows with the logarithm of the visits (KataGo's cpuctExplorationLog)."""
    spread_scale: Annotated[float, Range(0, 1)] = 0.0
    """How far PUCT's constant follows the spread of the values below a node: 1 in proportion, 0 not at all (KataGo's
    dynamic variance-scaled cPUCT)."""
    first_play_power: Annotated[float, Range(0, 10)] = 0.0
    """The parent an unvisited move is compared with is its mean value, as far as the policy has been visited, raised to
    this power, and the network's own word for the rest; 0: the mean alone."""
    virtual_loss: Annotated[float, Range(0, 1)] = 1.0
    """What a leaf in flight counts for: 1 as lost, 0 as what is known of its move."""
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
    random_symmetry: bool = False
    """Every position is shown to the network turned and mirrored in one of the eight ways, always in the same one: what
    it sees wrongly in one place it may see rightly in the next (KataGo's nnRandomize)."""
    root_symmetries: bool = False
    """New roots are shown in all eight ways, and the answers are averaged (KataGo's rootNumSymmetriesToSample)."""


class KernelSettings(NamedTuple):
    """The same numbers as the kernels take them."""

    gumbel_root: bool
    c_visit: float
    c_scale: float
    exploration: float
    exploration_growth: float
    spread_scale: float
    first_play_reduction: float
    first_play_power: float
    virtual_loss: float
    score_weight: float


def for_kernels(settings: SearchSettings) -> KernelSettings:
    return KernelSettings(
        bool(settings.gumbel_root),
        float(settings.c_visit),
        float(settings.c_scale),
        float(settings.puct.exploration),
        float(settings.puct.exploration_growth),
        float(settings.puct.spread_scale),
        float(settings.puct.first_play_reduction),
        float(settings.puct.first_play_power),
        float(settings.puct.virtual_loss),
        float(settings.puct.score_weight),
    )

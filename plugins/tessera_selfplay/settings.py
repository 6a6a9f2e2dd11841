"""Every number the trainers of self-play can be tuned by, with what is known of its effect.

Factors marked KataGo are from Wu 2019, "Accelerating Self-Play Learning in Go", table 1: how much less self-play
reached the same strength, on 19x19 with MCTS. What was measured here stands in BENCHMARKS.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from tessera.errors import BadValue
from tessera.rules.coords import MAX_SIZE, MIN_SIZE
from tessera.settings import Was, check
from tessera.training.settings import LearnerSettings, LossSettings, ReplaySettings
from tessera.values import Range, Unit

Side = Annotated[int, Range(MIN_SIZE, MAX_SIZE)]
Count = Annotated[int, Range(1)]
Share = Annotated[float, Range(0, 1)]


@dataclass(frozen=True)
class GameSettings:
    """What is played."""

    sizes: Annotated[dict[Side, Count], Unit("side:games")] = field(default_factory=lambda: {9: 96, 7: 24, 5: 16})
    """Board sides and how many games of each are in flight."""
    opening: Share = 0.75
    """Share of games that start with random moves, up to the board's side of them, so that no two are alike."""
    komi_spread: Annotated[float, Range(0), Unit("board sides")] = 0.35
    """Standard deviation of komi around the fair one, which is learned; a tenth of games gets three times that."""
    other_rules: Share = 0.1
    """Share of games under a random ko rule and with or without suicide; the rest: positional superko, none."""
    moves_per_iteration: Annotated[int, Range(1), Unit("moves"), Was("plies")] = 4
    """How far every game advances between two rounds of learning; games that end wait for the round."""
    lr_decay_moves: Annotated[int, Range(1), Unit("moves"), Was("horizon")] = 600_000
    """Self-play over which the learning rate falls."""

    def __post_init__(self) -> None:
        check(self)
        if not self.sizes:
            raise BadValue("sizes", self.sizes, "at least one board side")


@dataclass(frozen=True)
class GumbelSettings:
    """The trainer `gumbel`."""

    games: GameSettings = GameSettings()
    replay: ReplaySettings = ReplaySettings()
    simulations: Annotated[int, Range(1), Unit("simulations")] = 16
    """The search of a move that is learned from."""
    max_num_considered_actions: Annotated[int, Range(1), Unit("moves"), Was("considered")] = 8
    """Root moves a search starts with. More than half the simulations would leave none for looking deeper."""
    c_scale: Annotated[float, Range(above=0), Was("value_scale")] = 0.5
    """How sharply the improved policy follows the search's values (c_scale of the Gumbel paper)."""
    score_weight: Share = 0.1
    """Share of the score in what a search maximises; 0: off."""
    full_share: Annotated[float, Range(above=0, high=1)] = 1.0
    """Playout-cap randomisation: share of moves searched with `simulations`; the others are searched with
    `fast_simulations` and not learned from, but their games' results are. 1: off. KataGo: 1.37."""
    fast_simulations: Annotated[int, Range(1), Unit("simulations")] = 4
    """The search of the other moves."""
    policy_surprise_weight: Annotated[Share, Was("surprise")] = 0.0
    """Policy-surprise weighting: share of a game's learning that goes to its positions in proportion to how much the
    search changed the policy (KL divergence); the rest is even. 0: off."""
    losses: LossSettings = LossSettings()
    learner: LearnerSettings = LearnerSettings()

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class PolicyGradientSettings:
    """The trainer `policy-gradient`; what it has in common with `gumbel` begins with other values."""

    games: GameSettings = GameSettings(sizes={9: 256}, moves_per_iteration=16, lr_decay_moves=20_000_000)
    replay: ReplaySettings = ReplaySettings(window=40_000, replay_ratio=2.0, batch=256)
    clip_ratio: Annotated[float, Range(above=0), Was("ratio")] = 0.2
    """PPO's epsilon: how far the policy may move from the one that played before a position teaches no more."""
    entropy_weight: Annotated[float, Range(0), Was("entropy")] = 0.01
    """Weight of the policy's entropy, which keeps it from settling too early."""
    losses: LossSettings = LossSettings()
    learner: LearnerSettings = LearnerSettings()

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class DistillSettings:
    """The trainer `distill`."""

    teacher: str = ""
    """The network to learn from: a checkpoint, a file of KataGo's, or 'shipped'. Has to be given."""
    teacher_evaluator: str = "torch"
    """What the teacher is evaluated with; 'openvino' is several times quicker on a CPU."""
    games: GameSettings = GameSettings(sizes={9: 64}, moves_per_iteration=8, lr_decay_moves=400_000)
    replay: ReplaySettings = ReplaySettings(window=100_000, replay_ratio=2.0, batch=256)
    losses: LossSettings = LossSettings(opponent_policy_loss=0.0)
    learner: LearnerSettings = LearnerSettings()

    def __post_init__(self) -> None:
        check(self)

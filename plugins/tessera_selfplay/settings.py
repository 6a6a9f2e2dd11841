"""Every number the trainers of self-play can be tuned by, with what is known of its effect.

Factors marked KataGo are from Wu 2019, "Accelerating Self-Play Learning in Go", table 1: how much less self-play
reached the same strength, on 19x19 with MCTS. What was measured here stands in BENCHMARKS.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from tessera.errors import BadValue
from tessera.rules.coords import check_size
from tessera.training.settings import LearnerSettings, LossSettings


@dataclass(frozen=True)
class GameSettings:
    """What is played, and how much of it is remembered and learned from."""

    sizes: str = "9:96 7:24 5:16"
    """Board sides and how many games of each are in flight, 'side:games' words."""
    opening: float = 0.75
    """Share of games that start with random moves, up to the board's side of them."""
    komi_spread: float = 0.35
    """Standard deviation of komi around the fair one, in board sides; a tenth of games gets three times that."""
    other_rules: float = 0.1
    """Share of games under a random ko rule and with or without suicide; the rest: positional superko, none."""
    window: int = 60_000
    """Positions the replay holds, over all sizes."""
    reuse: float = 4.0
    """How often a position is learned from, on average."""
    warm_up: int = 2_000
    """Positions to collect before learning starts."""
    batch: int = 128
    """Positions in a training step."""
    plies: int = 4
    """Moves every game advances between two rounds of learning; games that end wait for the round."""
    horizon: int = 600_000
    """Moves of self-play over which the learning rate falls."""
    symmetries: bool = True
    """Learn from a position under a random one of its eight symmetries."""

    def __post_init__(self) -> None:
        self.games_by_size()
        for name in ("window", "warm_up", "batch", "plies", "horizon"):
            if getattr(self, name) < 1:
                raise BadValue(name, getattr(self, name), "1 or more")
        for name in ("opening", "other_rules"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise BadValue(name, getattr(self, name), "0 to 1")
        if not self.reuse > 0.0:
            raise BadValue("reuse", self.reuse, "more than 0")
        if not self.komi_spread >= 0.0:
            raise BadValue("komi_spread", self.komi_spread, "0 or more")

    def games_by_size(self) -> dict[int, int]:
        """Board side -> games in flight."""
        found: dict[int, int] = {}
        for word in self.sizes.split():
            side, colon, games = word.partition(":")
            if not colon or not side.isdecimal() or not games.isdecimal() or int(games) < 1 or int(side) in found:
                raise BadValue("sizes", self.sizes, "words side:games, each side once, such as '9:96 7:24'")
            found[check_size(int(side))] = int(games)
        if not found:
            raise BadValue("sizes", self.sizes, "at least one side:games")
        return found


@dataclass(frozen=True)
class GumbelSettings(LearnerSettings, LossSettings, GameSettings):
    """The trainer `gumbel`."""

    simulations: int = 16
    """Search simulations per move that is learned from."""
    considered: int = 8
    """Root moves a search starts with. More than half the simulations would leave none for looking deeper."""
    value_scale: float = 0.5
    """How sharply the improved policy follows the search's values (c_scale of the Gumbel paper)."""
    score_weight: float = 0.1
    """Share of the score in what a search maximises."""
    full_share: float = 1.0
    """Playout-cap randomisation: share of moves searched with `simulations`; the others are searched with
    `fast_simulations` and not learned from, but their games' results are. 1 switches it off. KataGo: 1.37."""
    fast_simulations: int = 4
    """Search simulations of the other moves."""
    surprise: float = 0.0
    """Policy-surprise weighting: share of a game's learning that goes to its positions in proportion to how much the
    search changed the policy (KL divergence); the rest is even. 0 switches it off."""

    def __post_init__(self) -> None:
        for base in (LearnerSettings, LossSettings, GameSettings):
            base.__post_init__(self)
        for name in ("simulations", "considered", "fast_simulations"):
            if getattr(self, name) < 1:
                raise BadValue(name, getattr(self, name), "1 or more")
        for name in ("score_weight", "surprise"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise BadValue(name, getattr(self, name), "0 to 1")
        if not 0.0 < self.full_share <= 1.0:
            raise BadValue("full_share", self.full_share, "more than 0, up to 1")
        if not self.value_scale > 0.0:
            raise BadValue("value_scale", self.value_scale, "more than 0")


@dataclass(frozen=True)
class PolicyGradientSettings(LearnerSettings, LossSettings, GameSettings):
    """The trainer `policy-gradient`; what it has in common with `gumbel` begins with other values."""

    sizes: str = "9:256"
    window: int = 40_000
    reuse: float = 2.0
    batch: int = 256
    plies: int = 16
    horizon: int = 20_000_000
    ratio: float = 0.2
    """How far the policy may move from the one that played before a position teaches no more (PPO's clip)."""
    entropy: float = 0.01
    """Weight of the policy's entropy, which keeps it from settling too early."""

    def __post_init__(self) -> None:
        for base in (LearnerSettings, LossSettings, GameSettings):
            base.__post_init__(self)
        if not self.ratio > 0.0:
            raise BadValue("ratio", self.ratio, "more than 0")
        if not self.entropy >= 0.0:
            raise BadValue("entropy", self.entropy, "0 or more")

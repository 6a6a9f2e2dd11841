"""Every number the trainer `gumbel` can be tuned by."""

from __future__ import annotations

from dataclasses import dataclass

from tessera.errors import BadValue
from tessera.rules.coords import check_size


@dataclass(frozen=True)
class GumbelSettings:
    """How games are played, what is remembered of them, and how the network learns from it."""

    sizes: str = "9:96 7:24 5:16"
    """Board sides and how many games of each are in flight, 'side:games' words."""
    simulations: int = 16
    """Search simulations per move."""
    considered: int = 8
    """Root moves a search starts with. More than half the simulations would leave none for looking deeper."""
    value_scale: float = 0.5
    """How sharply the improved policy follows the search's values (c_scale of the Gumbel paper)."""
    score_weight: float = 0.1
    """Share of the score in what a search maximises."""
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
    """Moves every game advances between two rounds of learning."""
    rate: float = 2e-3
    """AdamW's learning rate at the start."""
    last_rate: float = 2e-4
    """The rate after `horizon` moves and from then on; in between it falls along a cosine."""
    horizon: int = 600_000
    """Moves of self-play over which the rate falls."""
    decay: float = 1e-2
    """Weight decay of matrices and kernels (not of biases, norms and an SSM's A_log, D, dt_bias)."""
    clip: float = 2.0
    """Largest norm of the gradient."""
    average: float = 0.998
    """Memory per step of the averaged weights, which play and are saved."""
    value_loss: float = 1.0
    score_loss: float = 0.15
    ownership_loss: float = 0.5
    reply_loss: float = 0.15
    """Weights of the losses beside the policy's."""
    precision: str = "auto"
    """'f32', 'bf16', or 'auto': bf16 where the processor has instructions for it."""

    def __post_init__(self) -> None:
        self.games_by_size()
        for name in ("simulations", "considered", "window", "warm_up", "batch", "plies", "horizon"):
            if getattr(self, name) < 1:
                raise BadValue(f"gumbel {name}", getattr(self, name), "1 or more")
        for name in ("opening", "other_rules", "average", "score_weight"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise BadValue(f"gumbel {name}", getattr(self, name), "0 to 1")
        for name in ("value_scale", "reuse", "rate", "last_rate", "clip"):
            if not getattr(self, name) > 0.0:
                raise BadValue(f"gumbel {name}", getattr(self, name), "more than 0")
        for name in ("komi_spread", "decay", "value_loss", "score_loss", "ownership_loss", "reply_loss"):
            if not getattr(self, name) >= 0.0:
                raise BadValue(f"gumbel {name}", getattr(self, name), "0 or more")
        if self.precision not in ("auto", "f32", "bf16"):
            raise BadValue("gumbel precision", self.precision, "auto, f32, bf16")

    def games_by_size(self) -> dict[int, int]:
        """Board side -> games in flight."""
        found: dict[int, int] = {}
        for word in self.sizes.split():
            side, colon, games = word.partition(":")
            if not colon or not side.isdecimal() or not games.isdecimal() or int(games) < 1 or int(side) in found:
                raise BadValue("gumbel sizes", self.sizes, "words side:games, each side once, such as '9:96 7:24'")
            found[check_size(int(side))] = int(games)
        if not found:
            raise BadValue("gumbel sizes", self.sizes, "at least one side:games")
        return found

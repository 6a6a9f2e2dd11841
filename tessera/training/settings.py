"""Settings that every trainer with a `Learner` and `Replays` has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from tessera.settings import Was, check
from tessera.values import Range, Unit

Weight = Annotated[float, Range(0)]


@dataclass(frozen=True)
class LearnerSettings:
    """How weights follow a gradient."""

    lr: Annotated[float, Range(above=0), Was("rate")] = 2e-3
    """AdamW's learning rate at the start."""
    lr_final: Annotated[float, Range(above=0), Was("last_rate")] = 2e-4
    """The learning rate at the end of the schedule and from then on; in between it falls along a cosine."""
    weight_decay: Annotated[float, Range(0), Was("decay")] = 1e-2
    """AdamW's weight decay of matrices and kernels (not of biases, norms and an SSM's A_log, D, dt_bias)."""
    grad_clip: Annotated[float, Range(above=0), Was("clip")] = 2.0
    """Largest norm of the gradient."""
    ema_decay: Annotated[float, Range(0, below=1), Was("average")] = 0.998
    """Memory per step of the weights' moving average (EMA), which plays and is saved; 0: the newest weights play."""
    precision: Literal["auto", "f32", "bf16"] = "auto"
    """Arithmetic of training; auto: bf16 where the device is quicker in it."""
    explosion: Annotated[float, Range(above=0)] = 30.0
    """A gradient so many times its running mean is skipped."""
    state_limit: Annotated[float, Range(above=0)] = 1e4
    """Largest norm of an SSM's state; beyond it a step is skipped."""

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class ReplaySettings:
    """What is kept to learn from, and how often it is learned from."""

    window: Annotated[int, Range(1), Unit("positions")] = 60_000
    """What the replay holds, over all board sizes; the newest stay. About 6 kB each on 19x19, 1.5 on 9x9."""
    replay_ratio: Annotated[float, Range(above=0), Was("reuse")] = 4.0
    """How often a position is learned from, on average."""
    warm_up: Annotated[int, Range(1), Unit("positions")] = 2_000
    """What is collected before learning starts."""
    batch: Annotated[int, Range(1), Unit("positions")] = 128
    """The size of a training step."""
    symmetries: bool = True
    """Learn from a position under a random one of its eight symmetries."""

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class LossSettings:
    """Weights of the losses beside the policy's; 0 switches a target off.

    Factors marked KataGo are from Wu 2019, "Accelerating Self-Play Learning in Go", table 1: how much less self-play
    reached the same strength, on 19x19 with MCTS.
    """

    value_loss: Weight = 1.0
    """Learn who won."""
    score_loss: Weight = 0.15
    """Learn by how many points; 0: off. KataGo: 1.65 together with the owners."""
    ownership_loss: Weight = 0.5
    """Learn who owns each point at the end; 0: off. KataGo: 1.65 together with the score."""
    opponent_policy_loss: Annotated[Weight, Was("reply_loss")] = 0.15
    """Learn the opponent's next move; 0: off. KataGo: 1.30."""

    def __post_init__(self) -> None:
        check(self)

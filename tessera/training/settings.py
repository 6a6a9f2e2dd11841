"""Settings that every trainer with a `Learner` has."""

from __future__ import annotations

from dataclasses import dataclass

from tessera.errors import BadValue


@dataclass(frozen=True)
class LearnerSettings:
    """How weights follow a gradient."""

    rate: float = 2e-3
    """AdamW's learning rate at the start."""
    last_rate: float = 2e-4
    """The rate at the end of the schedule and from then on; in between it falls along a cosine."""
    decay: float = 1e-2
    """Weight decay of matrices and kernels (not of biases, norms and an SSM's A_log, D, dt_bias)."""
    clip: float = 2.0
    """Largest norm of the gradient."""
    average: float = 0.998
    """Memory per step of the averaged weights, which play and are saved; 0 plays with the newest weights."""
    precision: str = "auto"
    """'f32', 'bf16', or 'auto': bf16 where the device has instructions for it."""
    explosion: float = 30.0
    """A gradient so many times its running mean is skipped."""
    state_limit: float = 1e4
    """Largest norm of an SSM's state; beyond it a step is skipped."""

    def __post_init__(self) -> None:
        for name in ("rate", "last_rate", "clip", "explosion", "state_limit"):
            if not getattr(self, name) > 0.0:
                raise BadValue(name, getattr(self, name), "more than 0")
        if not self.decay >= 0.0:
            raise BadValue("decay", self.decay, "0 or more")
        if not 0.0 <= self.average < 1.0:
            raise BadValue("average", self.average, "0 up to but without 1")
        if self.precision not in ("auto", "f32", "bf16"):
            raise BadValue("precision", self.precision, "auto, f32, bf16")


@dataclass(frozen=True)
class LossSettings:
    """Weights of the losses beside the policy's; 0 switches a target off.

    Factors marked KataGo are from Wu 2019, "Accelerating Self-Play Learning in Go", table 1: how much less self-play
    reached the same strength, on 19x19 with MCTS.
    """

    value_loss: float = 1.0
    score_loss: float = 0.15
    """KataGo: with the ownership target 1.65."""
    ownership_loss: float = 0.5
    """KataGo: with the score target 1.65."""
    reply_loss: float = 0.15
    """KataGo: 1.30."""

    def __post_init__(self) -> None:
        for name in ("value_loss", "score_loss", "ownership_loss", "reply_loss"):
            if not getattr(self, name) >= 0.0:
                raise BadValue(name, getattr(self, name), "0 or more")

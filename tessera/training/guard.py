"""What to do with a training step that went wrong: skip it, lower the rate, go back to the last good weights, give up.

A pure state machine over what a step measured; `learner` carries out what it says. Divergence announces itself in
four ways: a loss or gradient that is not finite, a gradient or an SSM state far above the usual, a state too large.
The first two are seen on the device, by `Limits`, and stop it there; the guard is told when the host looks.
Weights that are not finite cannot get better: the last good ones come back at once. What was taken is given back after
a calm stretch, the rate and the budget of returns too: trouble once in a week must not end a run of months.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from tessera.errors import BeyondHelp

LEARN, SKIP, LOWER, ROLL_BACK = "learn", "skip", "lower", "roll back"
"""What to do with a step, mildest first; LOWER and ROLL_BACK skip the step too."""

SKIPS_BEFORE_LOWER = 5
"""Bad steps without a good streak between them until the rate is halved."""
LOWERS_BEFORE_ROLL_BACK = 3
ROLL_BACKS = 3
"""After so many without a calm stretch between them the run is beyond help."""
GOOD_STREAK = 100
"""Good steps in a row that clear the count of bad ones."""
CALM = 1000
"""Good steps in a row after which the rate is doubled, if it was halved, and earlier roll backs are forgiven."""
MEMORY = 0.99
"""Decay of the running mean of the gradient's norm."""
USUAL_AFTER = 50
"""Good steps before a gradient can be called unusual."""


FLOAT_MAX = float(np.finfo(np.float32).max)
"""No finite number is larger."""


class Diverged(BeyondHelp):
    """Training goes wrong again and again, whatever the guard does."""


@dataclass(frozen=True)
class GuardSettings:
    """What counts as a step that went wrong."""

    explosion: float = 30.0
    """A gradient, or the norm of an SSM's state, so many times its running mean is not followed."""
    state_limit: float = 1e4
    """Largest norm of an SSM's state."""


class Limits(NamedTuple):
    """The largest numbers of a good step, as float32 has them: host and device must agree to the last bit."""

    loss: float
    gradient: float
    state_norm: float


@dataclass
class Guard:
    """Counts what went wrong; `judge` says what to do about each step."""

    settings: GuardSettings
    mean_gradient: float = 0.0
    mean_state: float = 0.0
    good: int = 0
    """Good steps, ever."""
    streak: int = 0
    """Good steps since the last bad one."""
    strikes: int = 0
    """Bad steps since the last good streak, or since the rate was last lowered or the weights last rolled back."""
    lowered_since: int = 0
    """Halvings since the last roll back or good streak."""
    halvings: int = 0
    """How often the learning rate is halved now."""
    returns: int = 0
    """Roll backs since the last calm stretch."""
    skipped: int = 0
    lowered: int = 0
    rolled_back: int = 0
    """Totals."""

    @property
    def limits(self) -> Limits:
        """What a step is held against now."""
        gradient, state = FLOAT_MAX, self.settings.state_limit
        if self.good >= USUAL_AFTER:
            gradient = self.settings.explosion * self.mean_gradient
            state = min(state, self.settings.explosion * self.mean_state or state)
        return Limits(FLOAT_MAX, _float32(gradient), _float32(state))

    @property
    def is_calm(self) -> bool:
        """Whether a step may be made before the last one was judged."""
        return self.strikes == 0 and self.streak > 0

    def judge(
        self, *, loss: float, gradient: float, state_norm: float | None, limits: Limits | None = None
    ) -> tuple[str, str]:
        """(what to do, why) with a step that was held against `limits`, None: those of now.

        Raises `Diverged` when all of it was tried.
        """
        trouble = _trouble(loss, gradient, state_norm, limits or self.limits)
        if not trouble:
            self._good(gradient, state_norm or 0.0)
            return LEARN, ""
        self.skipped += 1
        self.strikes += 1
        self.streak = 0
        if self.strikes < SKIPS_BEFORE_LOWER:
            return SKIP, trouble
        self.strikes = 0
        if self.lowered_since < LOWERS_BEFORE_ROLL_BACK:
            self.lowered_since += 1
            self.lowered += 1
            self.halvings += 1
            return LOWER, trouble
        return self.roll_back(trouble), trouble

    def roll_back(self, trouble: str) -> str:
        """Count a return to earlier weights; raises `Diverged` when there were too many."""
        if self.returns >= ROLL_BACKS:
            raise Diverged(
                f"training diverged ({trouble}) after {self.skipped} skipped steps, {self.lowered} lowered rates and "
                f"{self.rolled_back} returns to earlier weights; start again with a lower lr or grad_clip"
            )
        self.strikes = self.streak = self.lowered_since = 0
        self.rolled_back += 1
        self.returns += 1
        return ROLL_BACK

    def _good(self, gradient: float, state_norm: float) -> None:
        memory = min(MEMORY, self.good / (self.good + 1))
        self.mean_gradient = memory * self.mean_gradient + (1.0 - memory) * gradient
        self.mean_state = memory * self.mean_state + (1.0 - memory) * state_norm
        self.good += 1
        self.streak += 1
        if self.streak >= GOOD_STREAK:
            self.strikes = self.lowered_since = 0
        if self.streak % CALM == 0:
            self.halvings = max(0, self.halvings - 1)
            self.returns = 0

    def pass_over(self) -> None:
        """Count a step that was not followed since it came after a bad one, before the host had looked."""
        self.skipped += 1

    def state_dict(self) -> dict[str, Any]:
        held = asdict(self)
        del held["settings"]
        return held

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.halvings = state["lowered"]  # states of before hold neither of the two
        self.returns = state["rolled_back"]
        for name, value in state.items():
            setattr(self, name, value)


def _trouble(loss: float, gradient: float, state_norm: float | None, limits: Limits) -> str:
    """Why a step is not good; '' where it is."""
    if not abs(loss) <= limits.loss:
        return f"loss {loss:g}"
    if not math.isfinite(gradient):
        return f"gradient {gradient}"
    if not gradient <= limits.gradient:
        return f"gradient {gradient:.4g}, limit {limits.gradient:.4g}"
    if state_norm is not None and not state_norm <= limits.state_norm:
        return f"SSM state norm {state_norm:.4g}, limit {limits.state_norm:.4g}"
    return ""


def _float32(number: float) -> float:
    return float(np.float32(min(number, FLOAT_MAX)))

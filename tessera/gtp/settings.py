"""How the engine plays when the controller says nothing else, and how long a move may take."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tessera.errors import BadValue
from tessera.gtp.resign import ResignRule
from tessera.interfaces.player import Limits

DEFAULT_VISITS = 400
DEFAULT_SECONDS = 2.5
"""With no limit from anybody: a first move within 5 s of the start, loading included."""
MAX_VISITS = 10_000_000
MAX_SECONDS = 86_400.0
MAX_NOISE = 5.0


@dataclass(frozen=True)
class EngineSettings:
    """Set by the command line, changed by `kata-set-param`."""

    visits: int | None = None
    """Most visits of a move; None: no such limit was given."""
    seconds: float | None = None
    """Most seconds of a move; None: no such limit was given."""
    lag: float = 0.5
    """Seconds a move loses outside the engine; taken off the clock's budget."""
    resign: ResignRule = field(default_factory=ResignRule)
    sgf_dir: Path | None = None
    """The only folder `loadsgf` and `printsgf` may touch; None: reading anywhere, writing in the working folder."""
    name: str = "Tessera"
    """What `name` answers; some controllers choose their dialect by it."""
    wide_root_noise: float = 0.0
    """How much more widely than for play analysis looks at the next moves (KataGo's analysisWideRootNoise)."""
    seed: int = 0
    """What the player's randomness started from."""
    komi: float = 7.5
    size: int = 19

    def __post_init__(self) -> None:
        if self.visits is not None and not 1 <= self.visits <= MAX_VISITS:
            raise BadValue("visits", self.visits, f"1 to {MAX_VISITS}")
        if self.seconds is not None and not 0 < self.seconds <= MAX_SECONDS:
            raise BadValue("seconds", self.seconds, f"more than 0, up to {MAX_SECONDS:g}")
        if not 0 <= self.lag <= 60:
            raise BadValue("lag", self.lag, "0 to 60 seconds")
        if not 0 <= self.wide_root_noise <= MAX_NOISE:
            raise BadValue("analysisWideRootNoise", self.wide_root_noise, f"0 to {MAX_NOISE:g}")
        if not 0 <= self.resign.threshold < 0.5:
            raise BadValue("resign", self.resign.threshold, "0 (off) to below 0.5")


def limits(settings: EngineSettings, budget: float | None, *, extra: float = 0.0, spent: float = 0.0) -> Limits:
    """How long to think: the settings' limits and the clock's budget, whichever ends first.

    `budget` is None without a clock; `extra` seconds may be added where the move is undecided, `spent` seconds have
    passed already. A budget that is used up asks for one visit: the network's move at once.
    """
    if budget is None:
        if settings.visits is None and settings.seconds is None:
            return Limits(DEFAULT_VISITS, DEFAULT_SECONDS)
        return Limits(settings.visits, settings.seconds)
    seconds = budget - spent
    if seconds <= 0:
        return Limits(1, 0.0)
    if settings.seconds is None:
        return Limits(settings.visits, seconds, extra)
    return Limits(settings.visits, min(seconds, settings.seconds), max(0.0, min(extra, settings.seconds - seconds)))

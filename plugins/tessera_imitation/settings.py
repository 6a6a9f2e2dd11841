"""Every number the trainer `imitation` can be tuned by, and where its games are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tessera.errors import BadValue
from tessera.training.settings import LearnerSettings, LossSettings
from tessera_imitation.folder import existing_folder


@dataclass(frozen=True)
class ImitationSettings(LearnerSettings, LossSettings):
    """The trainer `imitation`."""

    games: str = ""
    """The folder with the games: every .sgf file in it and below. Has to be given."""
    held_out: float = 0.05
    """Share of the files that are not learned from; how often the network finds their moves is measured. 0: none."""
    window: int = 50_000
    """Positions in memory to draw from, over all board sizes; the newest stay. About 6 kB each on 19x19, 1.5 on 9x9."""
    reuse: float = 1.0
    """How often a position is learned from each time its file is read, on average."""
    warm_up: int = 2_000
    """Positions to read before learning starts."""
    batch: int = 128
    """Positions in a training step."""
    horizon: int = 20_000
    """Training steps over which the learning rate falls."""
    symmetries: bool = True
    """Learn from a position under a random one of its eight symmetries."""

    def __post_init__(self) -> None:
        for base in (LearnerSettings, LossSettings):
            base.__post_init__(self)
        for name in ("window", "warm_up", "batch", "horizon"):
            if getattr(self, name) < 1:
                raise BadValue(name, getattr(self, name), "1 or more")
        if not 0.0 <= self.held_out <= 0.5:
            raise BadValue("held_out", self.held_out, "0 to 0.5")
        if not self.reuse > 0.0:
            raise BadValue("reuse", self.reuse, "more than 0")


def settle(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Checked, and `games` absolute: a run goes on from any working directory."""
    checked = ImitationSettings(**settings)
    return {**settings, "games": str(existing_folder(checked.games))}

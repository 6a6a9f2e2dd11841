"""Every number the trainer `imitation` can be tuned by, and where its games are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from tessera.settings import Was, check
from tessera.training.settings import LearnerSettings, LossSettings, ReplaySettings
from tessera.values import Range, Unit
from tessera_imitation.folder import existing_folder


@dataclass(frozen=True)
class ImitationSettings:
    """The trainer `imitation`."""

    games: str = ""
    """The folder with the games: every .sgf file in it and below. Has to be given."""
    held_out: Annotated[float, Range(0, 0.5)] = 0.05
    """Share of the files that are not learned from; how often the network finds their moves is measured. 0: none."""
    replay: ReplaySettings = ReplaySettings(window=50_000, replay_ratio=1.0)
    lr_decay_steps: Annotated[int, Range(1), Unit("training steps"), Was("horizon")] = 20_000
    """Time over which the learning rate falls."""
    losses: LossSettings = LossSettings()
    learner: LearnerSettings = LearnerSettings()

    def __post_init__(self) -> None:
        check(self)


def normalise(settings: ImitationSettings) -> ImitationSettings:
    """With `games` absolute: a run goes on from any working directory."""
    return replace(settings, games=str(existing_folder(settings.games)))

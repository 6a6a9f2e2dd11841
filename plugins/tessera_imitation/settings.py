"""Every number the trainer `imitation` can be tuned by, and where its games are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from tessera.settings import Was, check
from tessera.training.settings import LearnerSettings, LossSettings
from tessera.values import Range, Unit
from tessera_imitation.folder import existing_folder


@dataclass(frozen=True)
class ImitationSettings:
    """The trainer `imitation`."""

    games: str = ""
    """The folder with the games: every .sgf file in it and below. Has to be given."""
    held_out: Annotated[float, Range(0, 0.5)] = 0.05
    """Share of the files that are not learned from; how often the network finds their moves is measured. 0: none."""
    window: Annotated[int, Range(1), Unit("positions")] = 50_000
    """What is in memory to draw from, over all board sizes; the newest stay. About 6 kB each on 19x19, 1.5 on 9x9."""
    replay_ratio: Annotated[float, Range(above=0), Was("reuse")] = 1.0
    """How often a position is learned from each time its file is read, on average."""
    warm_up: Annotated[int, Range(1), Unit("positions")] = 2_000
    """What is read before learning starts."""
    batch: Annotated[int, Range(1), Unit("positions")] = 128
    """The size of a training step."""
    lr_decay_steps: Annotated[int, Range(1), Unit("training steps"), Was("horizon")] = 20_000
    """Time over which the learning rate falls."""
    symmetries: bool = True
    """Learn from a position under a random one of its eight symmetries."""
    losses: LossSettings = LossSettings()
    learner: LearnerSettings = LearnerSettings()

    def __post_init__(self) -> None:
        check(self)


def normalise(settings: ImitationSettings) -> ImitationSettings:
    """With `games` absolute: a run goes on from any working directory."""
    return replace(settings, games=str(existing_folder(settings.games)))

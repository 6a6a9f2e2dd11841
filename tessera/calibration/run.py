"""A calibration in progress: one league after the other, each in its own folder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from tessera.calibration.measured import Measured, ladder_of, measure
from tessera.calibration.plan import (
    CalibrationSettings,
    anchor_league,
    curve_league,
    loose_steps,
    rungs,
    rungs_league,
    step_league,
)
from tessera.errors import BadValue
from tessera.league.config import LeagueConfig
from tessera.league.folder import LeagueFolder
from tessera.league.run import League, Listener
from tessera.league.schedule import total
from tessera.ranks.table import Ladder

if TYPE_CHECKING:
    from tessera.interfaces.catalog import Catalog

MOST_LOOSE = 1 / 3
"""Share of loose steps above which all were played too little: that is for more `games` to mend."""
OPPONENTS = 2
"""Temperatures that meet GNU Go in a round."""
Watch = Callable[[str, int], AbstractContextManager[Listener]]
"""watch(league's title, its games) -> who listens while it is played."""


def calibrate(
    checkpoint: Path, folder: Path, settings: CalibrationSettings, manager: Catalog, watch: Watch
) -> tuple[Ladder, Measured]:
    """Play what is left of a calibration on one board size, in `folder`, and say what came out.

    Raises `TesseraError`; whatever interrupts it keeps the games that are over.
    """
    told, played = str(checkpoint), list[Path]()

    def play(config: LeagueConfig, name: str) -> Measured:
        league = League(config, LeagueFolder(folder / name), manager)
        with watch(config.title, total(config)) as listener:
            outcome = league.run(listener, retry=True)
        if outcome.stopped:
            player, why = next(iter(outcome.stopped.items()))
            raise BadValue("calibration", player, "a player that plays", f"{why}; the same command tries again")
        played.append(folder / name)
        return measure(played)

    measured = play(curve_league(told, settings), "curve")
    for number in range(1, settings.rounds + 1):
        measured = play(anchor_league(told, settings, measured.nearest(OPPONENTS)), f"gnugo-{number}")
    temperatures = rungs(measured.curve)
    measured = play(rungs_league(told, settings, measured.curve), "rungs")
    loose = loose_steps(measured.curve, temperatures)
    for step in loose if len(loose) <= MOST_LOOSE * len(temperatures) else []:
        measured = play(step_league(told, settings, step), f"step-{step[0]:g}-{step[1]:g}")
    return ladder_of(measured, temperatures, settings), measured

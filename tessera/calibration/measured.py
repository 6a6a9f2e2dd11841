"""From the games of a calibration to ratings, the curve through them, and the ladder of a rank table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tessera.calibration.plan import ANCHOR, ANCHOR_ELO, LEVELS, UNIFORM, CalibrationSettings, name_of, x_of
from tessera.interfaces.arbiter import GameRecord
from tessera.league.records import read_records
from tessera.ranks.table import Ladder, Rung
from tessera.ratings.bradley_terry import Ratings, quantile
from tessera.ratings.counting import counted, rate
from tessera.ratings.curve import Curve, fit_curve

DEGREE = 5
"""Of the polynomial through the ratings."""
UNKNOWN = 1e6
"""Elo squared: how high ratings without an anchor lie."""
_NAMES = "temperature "


@dataclass(frozen=True)
class Measured:
    """What some leagues of one board size say together."""

    games: Sequence[GameRecord]
    ratings: Ratings
    curve: Curve

    def step(self, below: float, above: float) -> tuple[float, float]:
        """How much stronger one temperature is than another by their ratings, and half the 95% interval."""
        names = self.ratings.players
        difference, error = self.ratings.difference(names.index(name_of(above)), names.index(name_of(below)))
        return difference, quantile(0.95) * error

    def nearest(self, count: int) -> list[float]:
        """The temperatures that tell most about GNU Go: closest to its levels, each in turn."""
        elo = dict(zip(self.ratings.players, self.ratings.elo.tolist(), strict=True))
        ours = {_temperature(name): value for name, value in elo.items() if name.startswith(_NAMES)}
        chosen: list[float] = []
        for turn in range(count):
            level = f"GNU Go level {LEVELS[turn % len(LEVELS)]}"
            goal = elo.get(level, max(ours.values()))
            chosen.append(min((each for each in ours if each not in chosen), key=lambda each: abs(ours[each] - goal)))
        return chosen


def measure(folders: Iterable[Path]) -> Measured:
    """The leagues in these folders, rated together."""
    games = [game for folder in folders for game in counted(read_records(folder / "games.jsonl"))]
    names = list(dict.fromkeys(name for game in games for name in (game.black, game.white)))
    anchors: Mapping[str, float] = {ANCHOR: ANCHOR_ELO} if ANCHOR in names else {}
    ratings = rate(games, names, anchors=anchors)
    ours = [index for index, name in enumerate(names) if name.startswith(_NAMES)]
    covariance = ratings.covariance[np.ix_(ours, ours)] + (0.0 if anchors else UNKNOWN)
    x = np.array([x_of(_temperature(names[index])) for index in ours])
    return Measured(games, ratings, fit_curve(x, ratings.elo[ours], covariance, degree=DEGREE))


def ladder_of(measured: Measured, temperatures: Sequence[float], settings: CalibrationSettings) -> Ladder:
    """The rungs at these temperatures, weakest first, at the Elo of the curve.

    One that few games make no weaker than the next is left out.
    """
    anchored = ANCHOR in measured.ratings.players
    grid, heights = measured.curve.monotone()
    floor = 0.0 if anchored else float(heights[0])
    elos = [float(np.interp(x_of(each), grid, heights)) - floor for each in temperatures]
    kept = [place for place, elo in enumerate(elos) if all(elo < above - 1.0 for above in elos[place + 1 :])]
    rungs: list[Rung] = []
    for below, place in zip([None, *kept], kept, strict=False):
        each, elo = temperatures[place], elos[place]
        x = x_of(each)
        margin = measured.curve.margin(x) if anchored else measured.curve.difference(x, x_of(UNIFORM))[1]
        step, half = (0.0, 0.0) if below is None else measured.step(temperatures[below], each)
        rungs.append(
            Rung(
                temperature=each,
                elo=round(elo, 1),
                low=round(elo - margin, 1),
                high=round(elo + margin, 1),
                step=round(step, 1),
                step_low=round(step - half, 1),
                step_high=round(step + half, 1),
                games=sum(name_of(each) in (game.black, game.white) for game in measured.games),
            )
        )
    return Ladder(
        size=settings.size,
        rungs=tuple(rungs),
        games=len(measured.games),
        anchor=f"{ANCHOR} = {ANCHOR_ELO:g}" if anchored else "uniform play = 0",
        rules=settings.rules,
        komi=settings.komi,
    )


def _temperature(name: str) -> float:
    return float(name.removeprefix(_NAMES))

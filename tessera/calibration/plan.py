"""The leagues of a calibration, each made from what those before have shown.

curve     the policy from a uniform draw to its favourite, each temperature against the next
gnugo-N   GNU Go at levels 10 and 1 against those temperatures that tell most about them: the nearest, round by round
rungs     the temperatures that lie 100 Elo apart by the curve, each against the next
step-A-B  two neighbouring rungs again whose distance is not known to lie within 70 to 130 Elo, where the rest is

A league's folder knows what was played in it, and the next league follows from finished ones alone: a calibration that
was stopped at any moment goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count, pairwise, takewhile
from typing import Annotated

from tessera.errors import BadValue
from tessera.interfaces.arbiter import Entrant
from tessera.league.config import LeagueConfig
from tessera.ranks.scale import ELO_PER_RANK
from tessera.ranks.table import openness, temperature_at
from tessera.ratings.curve import Curve
from tessera.rules.coords import MAX_SIZE, MIN_SIZE
from tessera.settings import check
from tessera.values import Range, Unit

UNIFORM = 100.0
"""The highest temperature a player takes: every sane move is as good as any other."""
GRID = (UNIFORM, 12.0, 6.0, 4.0, 3.0, 2.3, 1.8, 1.4, 1.0, 0.7, 0.4, 0.2, 0.0)
"""Temperatures of the league `curve`, some 150 Elo apart."""
LEVELS = (10, 1)
ANCHOR = "GNU Go level 10"
ANCHOR_ELO = 1800.0
SLACK = 30.0
"""Elo that neighbouring rungs may be off their 100."""
MORE = 2
"""How many times the games of a step it takes to mend a loose one."""
PRECISION = 3
"""Digits of a rung's temperature."""


@dataclass(frozen=True)
class CalibrationSettings:
    """What is played on one board size."""

    size: Annotated[int, Range(MIN_SIZE, MAX_SIZE)] = 9
    games: Annotated[int, Range(2, 100_000), Unit("games")] = 300
    """For each pair of neighbouring rungs; half as many for each pair of the curve."""
    anchor_games: Annotated[int, Range(0, 10_000), Unit("games")] = 48
    """For GNU Go at each of its two levels; without any, Elo are above uniform play."""
    concurrency: Annotated[int, Range(1, 64), Unit("games")] = 1
    """Games against GNU Go at the same time."""
    rules: str = "chinese-kgs"
    komi: Annotated[float, Range(-150, 150)] = 7.0
    seed: Annotated[int, Range(0, 2**31 - 1)] = 1

    def __post_init__(self) -> None:
        check(self)

    @property
    def rounds(self) -> int:
        """Leagues with GNU Go."""
        return min(3, self.anchor_games // 4)


def name_of(temperature: float) -> str:
    return f"temperature {temperature:g}"


def curve_league(checkpoint: str, settings: CalibrationSettings) -> LeagueConfig:
    """Every temperature of the grid against the next."""
    return _ladder(checkpoint, settings, GRID, _even(settings.games / 2), title="curve")


def rungs_league(checkpoint: str, settings: CalibrationSettings, curve: Curve) -> LeagueConfig:
    """Temperatures that should lie 100 Elo apart, from the favourite down."""
    return _ladder(checkpoint, settings, rungs(curve), settings.games, title="rungs")


def step_league(checkpoint: str, settings: CalibrationSettings, step: tuple[float, float]) -> LeagueConfig:
    """Two neighbouring rungs once more, from openings that they have not met in yet."""
    again = replace(settings, seed=(settings.seed + 1) % 2**31)
    return _ladder(checkpoint, again, step, MORE * settings.games, title=f"step {step[0]:g} to {step[1]:g}")


def loose_steps(curve: Curve, temperatures: Sequence[float]) -> list[tuple[float, float]]:
    """Neighbours whose distance by the curve is not within 70 to 130 Elo with 95%."""
    steps = list(pairwise(temperatures))
    leads = [curve.difference(x_of(above), x_of(below)) for below, above in steps]
    return [step for step, (lead, half) in zip(steps, leads, strict=True) if abs(lead - ELO_PER_RANK) + half > SLACK]


def rungs(curve: Curve) -> list[float]:
    """Temperatures 100 Elo apart by the curve, weakest first; the last is 0.

    Raises `BadValue` for a network that plays hardly better than uniformly.
    """
    top, bottom = curve(curve.high), curve(curve.low)
    elos = takewhile(lambda elo: elo >= bottom, (top - ELO_PER_RANK * step for step in count(1)))
    lower = [float(f"{temperature_at(curve.where(elo)):.{PRECISION}g}") for elo in elos]
    if not lower:
        worth = f"{top - bottom:.0f} Elo above uniform play"
        raise BadValue("calibration", worth, f"{ELO_PER_RANK:.0f} Elo or more", "train the network first")
    return sorted({0.0, *lower}, reverse=True)


def anchor_league(checkpoint: str, settings: CalibrationSettings, nearest: Sequence[float]) -> LeagueConfig:
    """GNU Go's levels against some temperatures."""
    engines = [Entrant(f"GNU Go level {n}", "engine", {"profile": "gnugo", "settings": {"level": n}}) for n in LEVELS]
    return LeagueConfig(
        players=(*engines, *(_entrant(checkpoint, each) for each in nearest)),
        title=f"{settings.size}x{settings.size} gnugo",
        size=settings.size,
        rules=settings.rules,
        komi=settings.komi,
        seed=settings.seed,
        schedule="gauntlet",
        challengers=tuple(each.name for each in engines),
        games=_even(settings.anchor_games / settings.rounds / len(nearest)),
        concurrency=settings.concurrency,
        anchors={ANCHOR: ANCHOR_ELO},
    )


def x_of(temperature: float) -> float:
    """Where a temperature stands on the curve."""
    return openness(temperature)


def _ladder(
    checkpoint: str, settings: CalibrationSettings, temperatures: Sequence[float], games: int, *, title: str
) -> LeagueConfig:
    return LeagueConfig(
        players=tuple(_entrant(checkpoint, each) for each in temperatures),
        title=f"{settings.size}x{settings.size} {title}",
        size=settings.size,
        rules=settings.rules,
        komi=settings.komi,
        seed=settings.seed,
        schedule="ladder",
        neighbours=1,
        games=_even(games),
    )


def _entrant(checkpoint: str, temperature: float) -> Entrant:
    told = {"ckpt": checkpoint, "player": "policy", "set": {"temperature": temperature}}
    return Entrant(name_of(temperature), "tessera", told)


def _even(games: float) -> int:
    """Every opening is played with both colours."""
    return max(2, 2 * round(games / 2))

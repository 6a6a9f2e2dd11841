"""Is it still Go? A run that has found another way to a small loss ends, and says which.

Self-play can fall into habits that please the loss and teach nothing: both sides pass, both resign, one game is
played over and over, games drag on to the move limit or end after a few moves. The trainer reports what its newest
games were like (`StepReport.health`); here they are held against limits far from what healthy runs show.

Healthy, on 5x5 from random weights: 10% of the moves are passes, 3 to 7% of the games reach the move limit, 99% and
more of them are different, and they last 34 moves, 1.4 a point.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tessera.errors import BeyondHelp
from tessera.interfaces.trainer import StepReport

LENGTH_KEY = re.compile(r"length_([0-9]+)")
ENOUGH = 200
"""Games that a judgement needs."""
PATIENCE = 1000
"""Games a run gets to leave a bad habit. Of thousands in flight the shortest end first and are no fair sample, and
untrained networks may be slow to end a game."""
STRETCH = 4
"""Evaluations that are looked at to see whether learning goes anywhere."""
FELL = 0.98
"""A loss that came down to this share has fallen."""
WEAK = 0.2
"""Points per game against the random player that a network which learns is above."""


class DegenerateSelfPlay(BeyondHelp):
    """The run's games are no longer worth learning from."""


@dataclass(frozen=True)
class Check:
    """A number of the games and the value beyond which they are worthless."""

    name: str
    at_most: bool
    limit: float
    unit: str
    meaning: str

    def fails(self, value: float) -> bool:
        return value > self.limit if self.at_most else value < self.limit


PASSES = Check("passes", True, 0.45, "of the moves", "the players pass instead of playing")
RESIGNED = Check("resigned", True, 0.95, "of the games", "games are given up, hardly any is played to its end")
TRUNCATED = Check("truncated", True, 0.98, "of the games", "games are not ended but stopped at the move limit")
UNIQUE = Check("unique", False, 0.1, "of the games", "the same games are played again and again")
LENGTH = Check("length", False, 0.2, "moves a point", "games are over after a few moves")


@dataclass(frozen=True)
class Finding:
    """A check that failed."""

    check: Check
    key: str
    """The health key it was measured from: the check's name, or 'length_N'."""
    value: float

    def __str__(self) -> str:
        check = self.check
        most = "most" if check.at_most else "least"
        limit = f"at {most} {_number(check.limit, check)} {check.unit} allowed"
        return f"{self.key}: {_number(self.value, check)}, {limit}: {check.meaning}"


def findings(health: Mapping[str, float]) -> list[Finding]:
    """The checks that these games fail; none for trainers that report no games, and none before there are enough."""
    if health.get("judged_games", 0.0) < ENOUGH:
        return []
    return [Finding(check, key, value) for check, key, value in _measured(health) if check.fails(value)]


def _measured(health: Mapping[str, float]) -> Iterator[tuple[Check, str, float]]:
    lengths = {key: moves for key, moves in health.items() if LENGTH_KEY.fullmatch(key)}
    # Passes are of all games; the longest side's length, where the mean of all is not told, errs on the lenient side.
    length = health.get("length", max(lengths.values(), default=0.0))
    if "passes" in health and length > 0:
        yield PASSES, "passes", health["passes"] / length
    for check in (RESIGNED, TRUNCATED, UNIQUE):
        if check.name in health:
            yield check, check.name, health[check.name]
    for key, moves in lengths.items():
        yield LENGTH, key, moves / int(key.removeprefix("length_")) ** 2


class Sanity:
    """The checks over a run: what fails for `PATIENCE` games without a break ends it."""

    def __init__(self) -> None:
        self._since: dict[str, int] = {}

    def check(self, report: StepReport) -> Finding | None:
        """The finding the run has to end for, if any."""
        found = {finding.key: finding for finding in findings(report.health)}
        self._since = {key: self._since.get(key, report.games) for key in found}
        lasting = [key for key, since in self._since.items() if report.games - since >= PATIENCE]
        return found[lasting[0]] if lasting else None

    def state_dict(self) -> dict[str, Any]:
        return {"since": dict(self._since)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._since = {str(key): int(games) for key, games in state["since"].items()}


def idle_learning(judged: Sequence[tuple[float, float]]) -> str:
    """A warning when the loss falls and the play does not follow; `judged` is (loss, points against random)."""
    latest = judged[-STRETCH:]
    if len(latest) < STRETCH or latest[-1][0] > FELL * latest[0][0] or any(rate >= WEAK for _, rate in latest):
        return ""
    return (
        f"the loss fell from {latest[0][0]:.3f} to {latest[-1][0]:.3f} over {STRETCH} evaluations, but the network "
        f"gets {100 * latest[-1][1]:.0f}% against the random player: it learns something that is not Go"
    )


def _number(value: float, check: Check) -> str:
    return f"{value:.2f}" if check is LENGTH else f"{100 * value:.1f}%"

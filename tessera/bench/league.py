"""Checkpoint against checkpoint: all games in one batch, beside two GTP processes: `tessera bench league`.

Both play the same pairing from the same openings, in turns within one run, by wall time. Loading is left out on
both sides: networks and processes have played a game before the clock starts. The processes share the cores of
the batch; one game is played at a time, as in a match of two programs.

The floor is the network: visits times moves evaluations for a game, at the speed of its best batch. What the
batch saves beyond that is everything a single game pays for every move: small batches, pipes, text, judging.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tessera.interfaces.arbiter import Arbiter, ArbiterContext, Entrant, Opening, Task
from tessera.league.openings import random_moves
from tessera.rules.ruleset import DEFAULT

if TYPE_CHECKING:
    from tessera.plugins import Manager

ROUNDS = 3
GTP_GAMES = 4
"""In a round; the batch plays all its games in one."""


@dataclass(frozen=True)
class LeagueReport:
    """Games per hour of wall time; medians over `rounds`."""

    size: int
    visits: int
    batch: int
    rounds: int
    batched: float
    gtp: float
    ratio: float
    """Median of the rounds' ratios."""
    ratio_low: float
    ratio_high: float

    def as_dict(self) -> dict[str, float | int]:
        return asdict(self)


def measure(
    manager: Manager,
    *,
    checkpoint: str | None,
    size: int,
    visits: int,
    batch: int,
    progress: Callable[[int], None] = lambda _: None,
) -> LeagueReport:
    """`batch` games at once against one at a time. `progress(1)` after each of `ROUNDS`."""
    settings: dict[str, int | str] = {"visits": visits}
    if checkpoint:
        settings["ckpt"] = checkpoint
    with tempfile.TemporaryDirectory() as logs:
        context = ArbiterContext(
            entrants={name: Entrant(name, "tessera", settings) for name in ("one", "other")},
            size=size,
            rules=DEFAULT,
            komi=7.0,
            logs=Path(logs),
            manager=manager,
        )
        ours, theirs = manager.arbiters["self"], manager.arbiters["gtp"]
        arbiters = (ours.build(context, ours.settings(batch=batch)), theirs.build(context, theirs.settings()))
        try:
            return _in_turns(arbiters[0], arbiters[1], context, visits, batch, progress)
        finally:
            for arbiter in arbiters:
                arbiter.close()


def _in_turns(
    batched: Arbiter, gtp: Arbiter, context: ArbiterContext, visits: int, batch: int, progress: Callable[[int], None]
) -> LeagueReport:
    numbers = count(1)
    for arbiter in (batched, gtp):
        _games_per_hour(arbiter, context, 2, numbers)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_games_per_hour(batched, context, batch, numbers))
        theirs.append(_games_per_hour(gtp, context, GTP_GAMES, numbers))
        progress(1)
    ratios = sorted(a / b for a, b in zip(ours, theirs, strict=True))
    return LeagueReport(
        size=context.size,
        visits=visits,
        batch=batch,
        rounds=ROUNDS,
        batched=statistics.median(ours),
        gtp=statistics.median(theirs),
        ratio=statistics.median(ratios),
        ratio_low=ratios[0],
        ratio_high=ratios[-1],
    )


def _games_per_hour(arbiter: Arbiter, context: ArbiterContext, games: int, numbers: count[int]) -> float:
    random = np.random.default_rng(1)
    tasks = []
    for index in range(games // 2):
        opening = Opening(str(index), random_moves(context.size, context.rules, 4, random))
        for black, white in (("one", "other"), ("other", "one")):
            tasks.append(Task(next(numbers), black, white, opening))
    start = time.perf_counter()
    played = sum(1 for _ in arbiter.play(tasks))
    assert played == games, f"{played} of {games} games"
    return 3600.0 * games / (time.perf_counter() - start)

"""How fast a trainer plays: `tessera bench selfplay`.

Knows nothing of a trainer but the protocol: it calls `step()`, reads the counters, and watches the network with a
`Meter`. Figures are of wall time, medians over the rounds; a round is as many whole steps as fill its time.

Before the clock starts the trainer plays until as many games have ended as are in flight, but not for longer than
the rounds last together. Games/h are moves/s divided by the mean length of the games that ended: counting the games
themselves would measure when the burst of those that began together happens to end.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch

from tessera.bench.flops import flops_per_evaluation, peaks
from tessera.bench.meter import Meter, Reading
from tessera.errors import BadValue
from tessera.interfaces.network import EvaluatorSpec
from tessera.interfaces.trainer import StepReport, Trainer, UsesEvaluator
from tessera.settings import settings_of

ROUNDS = 5
NEVER = 1_000_000_000
"""Positions to collect before learning starts: more than are played while anyone watches."""


@dataclass(frozen=True)
class Figure:
    """One quantity over the rounds."""

    median: float
    lowest: float
    highest: float

    def times(self, factor: float) -> Figure:
        return Figure(self.median * factor, self.lowest * factor, self.highest * factor)


@dataclass(frozen=True)
class NetworkUse:
    """What the network had to do with it."""

    evaluations_per_second: Figure
    evaluations_per_move: float
    positions_per_call: float
    share: Figure
    """Share of the wall time spent inside the network (0 to 1)."""
    flops_per_evaluation: float
    """See `flops_per_evaluation`: matrix products and convolutions."""
    flops_per_second: Figure
    precision: str
    peak_share: Figure
    """`flops_per_second` divided by the measured peak of `precision`."""


@dataclass(frozen=True)
class SelfPlayReport:
    """Speed of self-play over `rounds` rounds."""

    rounds: int
    seconds: float
    """Wall time measured, all rounds."""
    moves_per_second: Figure
    games_finished: int
    """Since the trainer began, the time before the clock started included."""
    mean_length: float | None
    """Moves of a finished game; None when fewer games ended than were in flight."""
    games_per_hour: Figure | None
    """moves/s * 3600 / mean_length."""
    learning_steps: int
    """While the clock ran: above 0, learning is part of the wall time."""
    peak_flops: Mapping[str, float]
    """The device's measured peak by type of number, operations per second."""
    network_use: NetworkUse | None
    """None when the trainer plays through something else than modules of its network's class."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class _Round:
    seconds: float
    moves: int
    reading: Reading | None


def settings_to_play(settings: type, *, size: int, games: int) -> dict[str, Any]:
    """The settings that make a trainer play `games` games of one board side at once and not learn, where it has them.

    By the names of the trainer `gumbel`: `sizes`, games by board side, and `warm_up`, positions before learning.
    """
    wanted = {"sizes": {size: games}, "warm_up": NEVER}
    return {name: value for name, value in wanted.items() if name in settings_of(settings)}


def measure(
    trainer: Trainer,
    *,
    size: int,
    games: int,
    device: str,
    seconds: float = 60.0,
    evaluator: EvaluatorSpec | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> SelfPlayReport:
    """`evaluator`: what the games are played through, where it is not what the trainer comes with.

    Play for about `seconds`, and at most as long before. `progress(1)` after that and after each of `ROUNDS`."""
    if trainer.sizes != (size,):
        raise BadValue("the trainer's board sides", trainer.sizes, f"{size} alone", "see --size and --set-trainer")
    flops, peak = flops_per_evaluation(trainer.network(), side=size, device=device), peaks(device)
    with Meter(trainer.network(), device) as meter:
        if evaluator is not None:
            if not isinstance(trainer, UsesEvaluator):
                raise BadValue("--evaluator", evaluator.name, "none: this trainer has its own way to play")
            trainer.play_with(meter.watched(evaluator))
        before = _warm_up(trainer, games, seconds)
        meter.read()
        progress(1)
        rounds, after = [], before
        for _ in range(ROUNDS):
            each, after = _round(trainer, meter, after, seconds / ROUNDS, device)
            rounds.append(each)
            progress(1)
    if not any(each.moves for each in rounds):
        raise BadValue("the trainer's moves", 0, "more than 0", "only a trainer that plays can be measured")
    moves_per_second = _figure([each.moves / each.seconds for each in rounds])
    length = _mean_length(after, size) if after.games >= games else None
    return SelfPlayReport(
        rounds=ROUNDS,
        seconds=sum(each.seconds for each in rounds),
        moves_per_second=moves_per_second,
        games_finished=after.games,
        mean_length=length,
        games_per_hour=moves_per_second.times(3600.0 / length) if length else None,
        learning_steps=after.steps - before.steps,
        peak_flops=peak,
        network_use=_network_use(rounds, flops, peak),
    )


def _warm_up(trainer: Trainer, games: int, seconds: float) -> StepReport:
    """Play until `games` have ended, at most for `seconds`; kernels are compiled in the first step."""
    report = trainer.step()
    start = time.perf_counter()
    while report.games < games and time.perf_counter() - start < seconds:
        report = trainer.step()
    return report


def _round(
    trainer: Trainer, meter: Meter, before: StepReport, seconds: float, device: str
) -> tuple[_Round, StepReport]:
    start, report = _now(device), trainer.step()
    while time.perf_counter() - start < seconds:
        report = trainer.step()
    taken = _now(device) - start
    return _Round(taken, report.moves - before.moves, meter.read()), report


def _now(device: str) -> float:
    """Wall time once the device has done what was asked of it."""
    if device != "cpu":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def _mean_length(report: StepReport, size: int) -> float:
    """Moves of a finished game: what the trainer says, else all moves divided by games, a little too many."""
    return report.health.get(f"length_{size}", report.moves / report.games)


def _network_use(rounds: Sequence[_Round], flops: float, peak: Mapping[str, float]) -> NetworkUse | None:
    readings = [each.reading for each in rounds if each.reading]
    if len(readings) < len(rounds):
        return None
    evaluations = sum(reading.evaluations for reading in readings)
    rate = _figure([reading.evaluations / each.seconds for reading, each in zip(readings, rounds, strict=True)])
    precision = readings[-1].precision
    return NetworkUse(
        evaluations_per_second=rate,
        evaluations_per_move=evaluations / sum(each.moves for each in rounds),
        positions_per_call=evaluations / sum(reading.calls for reading in readings),
        share=_figure([reading.seconds / each.seconds for reading, each in zip(readings, rounds, strict=True)]),
        flops_per_evaluation=flops,
        flops_per_second=rate.times(flops),
        precision=precision,
        peak_share=rate.times(flops / peak.get(precision, max(peak.values()))),
    )


def _figure(values: Sequence[float]) -> Figure:
    return Figure(statistics.median(values), min(values), max(values))

"""How fast an evaluator is: the figure behind `doctor`, BENCHMARKS.md and the choice of a batch size."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

from torch import Tensor

from tessera.interfaces.network import Evaluator, features_of
from tessera.nn.positions import random_positions

WARM_UP = 2
LEAST = 3


@dataclass(frozen=True)
class Timing:
    """Evaluations of one batch size on one board size."""

    side: int
    batch: int
    median_ms: float
    """Time of one batch, milliseconds."""

    @property
    def positions_per_second(self) -> float:
        return 1000.0 * self.batch / self.median_ms


def time_evaluator(evaluator: Evaluator, *, side: int, batch: int, seconds: float = 1.0) -> Timing:
    """Evaluate the same random batch for about `seconds`, first calls (compilation, caches) not counted."""
    inputs = random_positions(batch, side, features=features_of(evaluator))
    planes, globals_ = (tensor.to(evaluator.device) for tensor in inputs)
    for _ in range(WARM_UP):
        _wait(evaluator.evaluate(planes, globals_).value)
    times: list[float] = []
    while sum(times) < seconds or len(times) < LEAST:
        start = time.perf_counter()
        _wait(evaluator.evaluate(planes, globals_).value)
        times.append(time.perf_counter() - start)
    return Timing(side=side, batch=batch, median_ms=1000.0 * statistics.median(times))


def _wait(outputs: Tensor) -> None:
    """Until the device has finished, however it queues: three numbers per position are copied to the host."""
    outputs.cpu()

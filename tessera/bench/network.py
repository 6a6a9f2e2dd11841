"""Networks through evaluators, in turns on the same random positions: `tessera bench network`.

The time of a batch, median over the turns. Weights are random or a checkpoint's; speed does not depend on
them. The floor is the multiplications: 2 x parameters x points for every position, divided by what one core
can do; small batches stay above it because every layer is a call.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from tessera.interfaces.network import NetworkForm
from tessera.nn.allocator import keep_freed_memory
from tessera.nn.timing import time_evaluator

if TYPE_CHECKING:
    from torch import nn

    from tessera.plugins import Manager

TURNS = 5
AS_IT_IS = NetworkForm("", "", nullcontext)
"""Of a network that has but one form."""


@dataclass(frozen=True)
class Line:
    """One evaluator at one batch size."""

    evaluator: str
    batch: int
    milliseconds: float
    """A batch, median over the turns."""
    positions_per_second: float
    ratio: float
    """Speed divided by the first line's of that batch, median over the turns."""
    form: str = ""
    """How the network is computed, of those that have several forms."""

    def as_dict(self) -> dict[str, str | int | float]:
        return asdict(self)


def measure(
    module: nn.Module,
    manager: Manager,
    *,
    evaluators: Sequence[str],
    device: str,
    side: int,
    batches: Sequence[int],
    seconds: float = 0.4,
    forms: Sequence[NetworkForm] = (),
    progress: Callable[[int], None] = lambda _: None,
) -> list[Line]:
    """One line for each batch size, evaluator and form; `seconds` a turn. Raises `MissingExtra` without the package."""
    if device == "cpu":
        keep_freed_memory()
    built = {}
    for form in forms or (AS_IT_IS,):
        with form.using():  # some evaluators look at the network once
            for name in evaluators:
                built[name, form] = manager.evaluators[name].build(module, device)
    lines = []
    for batch in batches:
        times: dict[tuple[str, NetworkForm], list[float]] = {key: [] for key in built}
        for _ in range(TURNS):
            for (name, form), evaluator in built.items():
                with form.using():
                    timing = time_evaluator(evaluator, side=side, batch=batch, seconds=seconds)
                times[name, form].append(timing.median_ms)
                progress(1)
        first = next(iter(times.values()))
        for (name, form), taken in times.items():
            median = statistics.median(taken)
            ratio = statistics.median(a / b for a, b in zip(first, taken, strict=True))
            lines.append(Line(name, batch, median, 1000 * batch / median, ratio, form.name))
    return lines

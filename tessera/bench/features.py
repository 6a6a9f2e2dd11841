"""What a position costs by feature set, on one core: `tessera bench rules --features`.

Positions are of two kinds: random legal play, whose boards are full of chains in atari and of ladders, and games that
the shipped network plays by drawing from its policy, as training and search meet them. Sets are measured in turns on
the same positions by CPU time; the figure is the median over the turns.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tessera.rules.batch import Batch, allocate, seeds, settings_row
from tessera.rules.cpu import FEATURES
from tessera.rules.features import BASIC, SETS, FeatureSet
from tessera.rules.layout import tables
from tessera.rules.ruleset import DEFAULT

if TYPE_CHECKING:
    from tessera.interfaces.network import Evaluator

TURNS = 7
GAMES = 4
"""Played together; every position of their first 3/4 N^2 moves is looked at."""


@dataclass(frozen=True)
class Line:
    """One feature set on one kind of positions."""

    features: str
    size: int
    positions: str
    """'random' or 'policy'."""
    count: int
    microseconds: float
    """CPU time a position, median over the turns."""

    def as_dict(self) -> dict[str, str | int | float]:
        return asdict(self)


def measure(size: int, evaluator: Evaluator | None, *, progress: Callable[[int], None] = lambda _: None) -> list[Line]:
    """Lines for random positions, and for those of an evaluator's policy where there is one. `progress(1)` a turn."""
    kinds: dict[str, Evaluator | None] = {"random": None} | ({"policy": evaluator} if evaluator else {})
    lines = []
    for kind, player in kinds.items():
        state = _positions(size, player)
        arrays = {name: _arrays(state, size, each) for name, each in SETS.items()}
        taken: dict[str, list[float]] = {name: [] for name in SETS}
        for name in SETS:
            _look(name, size, arrays[name])  # compiles
        for _ in range(TURNS):
            for name in SETS:
                start = time.thread_time()
                _look(name, size, arrays[name])
                taken[name].append(time.thread_time() - start)
            progress(1)
        lines += [
            Line(name, size, kind, len(state), 1e6 * statistics.median(spent) / len(state))
            for name, spent in taken.items()
        ]
    return lines


def _look(name: str, size: int, arrays: tuple[Any, ...]) -> None:
    """Write the planes of all positions, one after the other on this thread."""
    FEATURES[name].serial(size, tables(size), *arrays)


def _arrays(state: NDArray[np.int32], size: int, features: FeatureSet) -> tuple[Any, ...]:
    count = len(state)
    return (
        state[None],
        np.arange(count, dtype=np.int32)[None],
        np.zeros((count, features.plane_count * size**2), np.float32),
        np.zeros((count, features.global_count), np.float32),
        np.zeros((1, max(size**2, features.scratch(size))), np.int32),
    )


def _positions(size: int, evaluator: Evaluator | None) -> NDArray[np.int32]:
    """[n, S] games after every move, whose legal moves are known; moves are random, or drawn from a policy."""
    batch = Batch(size, allocate(GAMES, size, np.zeros, BASIC))
    batch.settings[:] = settings_row(DEFAULT)
    batch.rng[:] = seeds(GAMES, size)
    batch.which[:] = True
    dice = np.random.default_rng(size)
    batch.reset()
    found = []
    for _ in range(3 * size**2 // 4):
        batch.legal()
        found.append(batch.state.copy())
        if evaluator is None:
            batch.pick()
        else:
            batch.actions[:] = _drawn(batch, evaluator, dice)
        batch.step()
        batch.find_over()
        batch.which[:] = batch.over
        batch.reset()
    return np.concatenate(found)


def _drawn(batch: Batch, evaluator: Evaluator, dice: np.random.Generator) -> NDArray[np.int64]:
    """[B] legal actions drawn from the policy; passes only where nothing else is left."""
    import torch

    batch.features()
    outputs = evaluator.evaluate(torch.from_numpy(batch.planes), torch.from_numpy(batch.globals_))
    allowed = batch.mask.copy()
    allowed[:, -1] = ~allowed[:, :-1].any(1)
    logits = np.where(allowed, outputs.policy.numpy(), -np.inf)
    found: NDArray[np.int64] = (logits + dice.gumbel(size=logits.shape)).argmax(1)
    return found

"""The search alone, with a network that costs nothing: `tessera bench search`.

Ours against mctx's Gumbel MuZero policy on pgx's go_9x9, both from opening positions, both with the same
number of trees, simulations and considered actions, in turns within one run, by wall time. mctx uses every
core XLA finds; ours is measured on one thread, since numba's threads only pay on an idle machine.

What differs: pgx plays with simple legality and positional superko over the last eight boards only; ours
looks at every earlier position, writes network input for every leaf and averages ownership.

The floor of one of our simulations: copy a position (2.7 KB), clear and fill 1.3 KB of edges, write 4.2 KB of
planes, and take 82 exponentials for the policy: about 8 KB written and 2,000 instructions, some 0.6 us.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from tessera.bench.mctx_peer import build_peer
from tessera.interfaces.network import Outputs
from tessera.rules.game import Game
from tessera.search.batch import BatchSearch
from tessera.search.settings import SearchSettings

SIZE, CONSIDERED = 9, 16
ROUNDS = 7


@dataclass(frozen=True)
class SearchReport:
    """Simulations per second of wall time; medians over `rounds`."""

    trees: int
    simulations: int
    rounds: int
    tessera: float
    """One thread."""
    mctx: float
    """All threads XLA takes."""
    ratio: float
    """Median over the rounds."""
    ratio_low: float
    ratio_high: float

    def as_dict(self) -> dict[str, float | int]:
        return asdict(self)


class Constant:
    """Answers every position alike, from memory."""

    device = "cpu"

    def __init__(self) -> None:
        self._answers: dict[tuple[int, ...], Outputs] = {}

    def evaluate(self, planes: object, globals_: object) -> Outputs:
        import torch

        assert isinstance(planes, torch.Tensor)
        shape = tuple(planes.shape)
        if shape not in self._answers:
            batch, points = shape[0], shape[2] * shape[3]
            zeros = torch.zeros
            self._answers[shape] = Outputs(
                zeros(batch, points + 1), zeros(batch, 3), zeros(batch), zeros(batch, points), zeros(batch, points + 1)
            )
        return self._answers[shape]


def build_ours(trees: int, simulations: int) -> Callable[[], float]:
    """A function that searches `trees` opening positions once and returns the seconds it took."""
    search = BatchSearch(
        Constant(),
        size=SIZE,
        games=trees,
        nodes=simulations + 1,
        settings=SearchSettings(gumbel_root=True, max_num_considered_actions=CONSIDERED),
    )
    game = Game(SIZE)
    states, seen = np.repeat(game.state[None], trees, 0), np.repeat(game.seen[None], trees, 0)

    def run() -> float:
        start = time.perf_counter()
        search.set_roots(states, seen)
        search.run_gumbel(simulations)
        search.choices()
        return time.perf_counter() - start

    run()
    return run


def measure(trees: int = 256, simulations: int = 64, *, rounds: int = ROUNDS) -> SearchReport:
    """Both sides in turns. Raises `MissingExtra` without jax, mctx and pgx."""
    theirs = build_peer(trees, simulations, CONSIDERED)
    ours = build_ours(trees, simulations)
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    ratios = [their_seconds / our_seconds for our_seconds, their_seconds in pairs]
    total = trees * simulations
    return SearchReport(
        trees=trees,
        simulations=simulations,
        rounds=rounds,
        tessera=total / statistics.median(our_seconds for our_seconds, _ in pairs),
        mctx=total / statistics.median(their_seconds for _, their_seconds in pairs),
        ratio=statistics.median(ratios),
        ratio_low=min(ratios),
        ratio_high=max(ratios),
    )

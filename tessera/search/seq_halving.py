"""Sequential halving as a table: which visit count the root looks at in each simulation."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


def considered_visits(actions: int, simulations: int) -> list[int]:
    """For each simulation, the number of visits an action must have to be considered.

    Starts with `actions` candidates and gives every round an equal share of the simulations, halving the
    candidates between rounds down to two (Karnin et al., ICML 2013).
    """
    if actions <= 1:
        return list(range(simulations))
    rounds = math.ceil(math.log2(actions))
    visits = [0] * actions
    plan: list[int] = []
    candidates = actions
    while len(plan) < simulations:
        for _ in range(max(1, simulations // (rounds * candidates))):
            plan.extend(visits[:candidates])
            for i in range(candidates):
                visits[i] += 1
        candidates = max(2, candidates // 2)
    return plan[:simulations]


@lru_cache(maxsize=64)
def schedule(actions: int, simulations: int) -> NDArray[np.int32]:
    """[actions + 1, simulations] int32; row m is for a root with m legal actions, the last for more."""
    rows = [considered_visits(m, simulations) for m in range(actions + 1)]
    table = np.array(rows, np.int32).reshape(actions + 1, simulations)
    table.setflags(write=False)
    return table

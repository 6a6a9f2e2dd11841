"""A wider look at the root, for analysis: KataGo's wideRootNoise.

The root's policy is flattened to the power 1 / (4 noise + 1), and at each step every second move, drawn anew, looks
better than it is by noise times the size of a normal variable. Neither stays in the tree: what an analysis shows is
the network's policy and the values found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tessera.search.batch import BatchSearch


def widened_step(search: BatchSearch, most: NDArray[np.int32], noise: float, random: np.random.Generator) -> None:
    """A step of up to `most` [B] visits, the root of the only tree widened by `noise`; 0 is a plain step."""
    if noise <= 0.0:
        search.step(most)
        return
    prior, bonus = np.asarray(search.arrays.prior)[0, 0], search.root_bonus[0]
    policy = prior.copy()
    prior[:] = policy ** (1.0 / (4.0 * noise + 1.0))
    lucky = random.random(len(prior)) < 0.5
    bonus[:] = noise * lucky * np.abs(random.standard_normal(len(prior)))
    search.step(most)
    prior[:] = policy
    bonus[:] = 0.0

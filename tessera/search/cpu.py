"""The search over a batch of trees on the CPU: one game per loop turn, games independent of each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import prange

from tessera.rules.jit import Batched, serial_kernel
from tessera.search import choose, walk
from tessera.search.reroot import reroot as reroot_tree

PARALLEL_FROM = 512
"""Games from which numba's threads are woken unless a search asks for one thread. They pay on an idle machine
only: on a busy one every step waits for its slowest thread, and 256 searches of 64 simulations took 4 times as
long on two threads as on one."""


def _batched(function: Callable[..., None]) -> Callable[..., None]:
    loop = Batched(function, parallel_from=PARALLEL_FROM)

    def run(tree: Any, *arguments: Any) -> None:
        loop(tree.size.shape[0], tree, *arguments)

    return run


@_batched
def plant(tree, work, n, t, states, seen):
    """Roots from states[B, S]; seen[B, T] are the games' superko sets."""
    for b in prange(tree.size.shape[0]):
        walk.plant(tree, work, b, n, t, states[b], seen[b])


@_batched
def draw_gumbel(tree, work, scale):
    """Fresh noise for every root, and a count of its legal actions."""
    for b in prange(tree.size.shape[0]):
        choose.draw_gumbel(work.random, work.gumbel, b, scale)
        count = 0
        for a in range(tree.prior.shape[2]):
            if tree.prior[b, 0, a] > 0.0:
                count += 1
        work.legal[b] = count


@_batched
def descend(tree, work, n, t, seen, schedule, simulation, settings):
    """Fill up to K leaf slots per tree, from the first on; the rest are -1.

    schedule[m, simulation] is the visit count sequential halving looks at with m actions considered.
    """
    for b in prange(tree.size.shape[0]):
        slots = work.leaf.shape[1]
        considered = min(schedule.shape[0] - 1, work.legal[b])
        visits = schedule[considered, simulation]
        slot = np.int64(0)  # a literal would be compiled apart
        for k in range(slots):
            work.leaf[b, k] = -1
        for _ in range(slots):
            walk.descend(tree, work, b, slot, n, t, seen[b], visits, settings)
            if work.leaf[b, slot] >= 0:
                slot += 1


@_batched
def absorb(tree, work, n, policy, value, score, ownership, settings):
    """Take the answers for all filled slots: policy [B*K, A], value [B*K, 3], score [B*K], ownership [B*K, P].

    Rows may be fewer than B*K when only the first slots of a single tree were filled.
    """
    for b in prange(tree.size.shape[0]):
        slots = work.leaf.shape[1]
        for k in range(slots):
            node = work.leaf[b, k]
            if node >= 0:
                row = b * slots + k
                walk.absorb(tree, b, node, n, policy[row], value[row], score[row], ownership[row], settings)


@_batched
def gumbel_choices(tree, work, settings, actions, policies):
    """actions[B] to play and policies[B, A] to learn from."""
    for b in prange(tree.size.shape[0]):
        actions[b] = choose.gumbel_choice(tree, b, work.gumbel, settings)
        choose.improved_policy(tree, b, settings, policies[b])


@serial_kernel
def reroot(tree, action, moved):
    """Re-root a batch of one; see reroot.py."""
    return reroot_tree(tree, 0, action, moved)


def seed_random(random: Any, seed: int) -> None:
    """Give every game its own stream: random[B] int64, derived from the seed, never 0."""
    generator = np.random.Generator(np.random.PCG64(seed))
    random[:] = generator.integers(1, 2**63 - 1, len(random), dtype=np.int64)

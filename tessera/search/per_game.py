"""What each batched call does to tree b: a turn of the loops in cpu.py, a thread in cuda.py."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np

from tessera.rules.jit import kernel
from tessera.search import action_selection, search

MAX_VISITS = 2**30
"""Visits of a root after which its search stands still, so that no count overflows."""


@kernel
def init(tree, work, b, n, t, state, seen):
    """A new tree at state[S], its root in the first leaf slot; seen[T] is the game's superko set."""
    for k in range(work.leaf.shape[1]):
        work.leaf[b, k] = -1
    if work.which[b]:
        search.init(tree, work, b, n, t, state, seen)


@kernel
def draw_gumbel(tree, work, b, scale):
    """Fresh noise for the root, and a count of its legal actions."""
    action_selection.draw_gumbel(work.random, work.gumbel, b, scale)
    count = 0
    for a in range(tree.prior.shape[2]):
        if tree.prior[b, 0, a] > 0.0:
            count += 1
    work.legal[b] = count


@kernel
def simulate(tree, work, b, n, t, seen, schedule, simulation, settings):
    """Make up to `work.most[b]` visits, at most K. Those for the network fill leaf slots from the first on, then -1.

    schedule[m, simulation] is the visit count sequential halving looks at with m actions considered.
    """
    slots = work.leaf.shape[1]
    most = min(min(work.most[b], slots), MAX_VISITS - tree.visits[b, 0])
    considered = min(schedule.shape[0] - 1, work.legal[b])
    visits = schedule[considered, simulation]
    slot = np.int64(0)  # a literal would be compiled apart
    for k in range(slots):
        work.leaf[b, k] = -1
    for _ in range(most):
        search.simulate(tree, work, b, slot, n, t, seen, visits, settings)
        if work.leaf[b, slot] >= 0:
            slot += 1


@kernel
def expand_and_backward(tree, work, b, n, policy, value, score, ownership, settings):
    """Take what the network says of the filled slots: policy [B*K, A], value [B*K, 3], score [B*K], ownership [B*K, P].

    Rows may be fewer than B*K when only the first slots of a single tree were filled.
    """
    slots = work.leaf.shape[1]
    for k in range(slots):
        node = work.leaf[b, k]
        if node >= 0:
            row = b * slots + k
            search.expand(tree, b, node, n, policy[row], value[row], score[row], ownership[row], settings)
            search.backward(tree, b, node)


@kernel
def gumbel_choice(tree, work, b, settings, policy):
    """The action to play; fills policy[A] to learn from."""
    action_selection.improved_policy(tree, b, settings, policy)
    return action_selection.gumbel_choice(tree, b, work.gumbel, settings)

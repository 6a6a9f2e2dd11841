"""Who owns what after each move of the root, from a tree that keeps every node's own ownership.

Nothing is summed while searching, so a tree that was kept from the move before is as good as a new one.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tessera.rules.jit import serial_kernel
from tessera.search.search import EVALUATED, OVER


@serial_kernel
def _sum_by_move(tree, top, total, leaves):
    """Fill top[M] with the root's move above each node, total[A, P] with sums and leaves[A] with their counts."""
    for node in range(1, tree.size[0]):
        parent = tree.parent[0, node]
        move = tree.action[0, node] if parent == 0 else top[parent]
        top[node] = move
        times = 0
        if tree.status[0, node] == EVALUATED:
            times = 1
        elif tree.status[0, node] == OVER:
            times = tree.visits[0, node]  # every visit of a finished game counts it anew
        leaves[move] += times
        for p in range(total.shape[1]):
            total[move, p] += times * tree.owners[0, node, p]


def by_move(tree: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sums [A, P] over the leaves below each move of the root of tree 0, positive for Black, and the leaves [A]."""
    nodes, points = tree.owners.shape[1:]
    assert nodes > 0, "the tree does not keep its nodes' ownership"
    total, leaves = np.zeros((points + 1, points)), np.zeros(points + 1, np.int64)
    _sum_by_move(tree, np.zeros(int(tree.size[0]), np.int32), total, leaves)
    return total / 127, leaves

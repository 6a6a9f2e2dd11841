"""Moves the caller rules out, at the root and below: they lose their prior, and the search never visits them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.player import Ban
from tessera.rules.layout import TO_PLAY, meta_at

if TYPE_CHECKING:
    from tessera.search.tree import Tree


def ban(prior: NDArray[np.float32], points: Iterable[int]) -> None:
    """Take `points` out of prior [A], unless nothing would be left."""
    kept = prior.copy()
    kept[list(points)] = 0.0
    mass = kept.sum()
    if mass > 0:
        prior[:] = kept / mass


def ban_below(tree: Tree, size: int, nodes: Iterable[int], bans: tuple[Ban, ...]) -> None:
    """Apply `bans` to nodes of tree 0 that were just evaluated; a node's depth is its distance from the root."""
    deepest = max((each.depth for each in bans), default=0)
    states, prior = np.asarray(tree.state)[0], np.asarray(tree.prior)[0]
    for node in nodes:
        depth = _depth(tree, node, deepest)
        color = int(states[node, meta_at(size) + TO_PLAY])
        points = {p for each in bans if each.color == color and depth < each.depth for p in each.points}
        if points:
            ban(prior[node], points)


def _depth(tree: Tree, node: int, most: int) -> int:
    """Plies from the root, at most `most`."""
    parent, depth = np.asarray(tree.parent)[0], 0
    while depth < most and parent[node] >= 0:
        node, depth = int(parent[node]), depth + 1
    return depth

"""What a search tree says about its root, as an `Analysis`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.analysis import Analysis, MoveInfo
from tessera.rules.coords import BLACK
from tessera.rules.layout import TO_PLAY, meta_at
from tessera.search.tree import Tree

CONFIDENCE = 1.96
"""Standard errors between a winrate and its lower confidence bound."""
MAX_LINE = 30
"""Moves shown of a line."""


def read_analysis(tree: Tree, size: int, *, seconds: float, during_search: bool) -> Analysis:
    """The root of tree 0, best move first (most visits, then best value)."""
    prior = np.asarray(tree.prior)[0, 0]
    visits = np.asarray(tree.edge_visits)[0, 0]
    root_visits = max(1, int(np.asarray(tree.visits)[0, 0]))
    color = int(np.asarray(tree.state)[0, 0, meta_at(size) + TO_PLAY])
    visited = [a for a in np.flatnonzero(visits > 0) if prior[a] > 0 and _settled_visits(tree, int(a)) > 0]
    total = sum(_settled_visits(tree, int(a)) for a in visited)
    moves = [_move_info(tree, int(a), total) for a in visited]
    moves.sort(key=lambda move: (-move.visits, -move.winrate, move.point))
    if not moves:
        moves = [_unvisited_info(tree, int(np.argmax(prior)))]
    leaves = max(1, int(np.asarray(tree.leaves)[0]))
    sign = 1.0 if color == BLACK else -1.0
    return Analysis(
        color=color,
        size=size,
        moves=tuple(moves),
        visits=int(np.asarray(tree.visits)[0, 0]),
        winrate=0.5 + 0.5 * float(np.asarray(tree.result)[0, 0]) / root_visits,
        score=float(np.asarray(tree.score)[0, 0]) / root_visits,
        ownership=(np.asarray(tree.ownership)[0] * (sign / leaves)).astype(np.float32),
        policy=_shown_policy(prior),
        seconds=seconds,
        during_search=during_search,
    )


def _shown_policy(prior: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.where(prior > 0, prior, np.float32(-1.0)).astype(np.float32)


def _settled_visits(tree: Tree, action: int) -> int:
    """Visits of a root action whose evaluations have come back."""
    child = int(np.asarray(tree.child)[0, 0, action])
    return 0 if child < 0 else int(np.asarray(tree.visits)[0, child])


def _move_info(tree: Tree, action: int, total: int) -> MoveInfo:
    child = int(np.asarray(tree.child)[0, 0, action])
    n = int(np.asarray(tree.visits)[0, child])
    result = -float(np.asarray(tree.result)[0, child]) / n
    mean = float(np.asarray(tree.utility)[0, child]) / n
    # One visit tells nothing about the spread: a prior observation of variance 1/4 keeps the bound honest.
    variance = max(0.0, float(np.asarray(tree.square)[0, child]) / n - mean * mean)
    error = ((variance * n + 0.25) / (n + 1)) ** 0.5 / n**0.5
    winrate = 0.5 + 0.5 * result
    return MoveInfo(
        point=action,
        visits=n,
        winrate=winrate,
        score=-float(np.asarray(tree.score)[0, child]) / n,
        prior=float(np.asarray(tree.prior)[0, 0, action]),
        lcb=winrate - CONFIDENCE * 0.5 * error,
        pv=(action, *_line(tree, child)),
        weight=n / max(1, total),
    )


def _unvisited_info(tree: Tree, action: int) -> MoveInfo:
    raw: Any = np.asarray(tree.raw)[0, 0]
    winrate = 0.5 + 0.5 * float(raw[1])
    prior = float(np.asarray(tree.prior)[0, 0, action])
    return MoveInfo(action, 0, winrate, float(raw[2]), prior, 0.0, (action,), 1.0)


def _line(tree: Tree, node: int) -> list[int]:
    """The most visited moves below a node."""
    line: list[int] = []
    child = np.asarray(tree.child)
    while len(line) < MAX_LINE - 1:
        visits = np.asarray(tree.edge_visits)[0, node]
        action = int(np.argmax(visits))
        if visits[action] == 0 or child[0, node, action] < 0:
            break
        line.append(action)
        node = int(child[0, node, action])
    return line

"""What a search tree says about its root, as an `Analysis`."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.analysis import Analysis, MoveInfo
from tessera.rules.coords import BLACK
from tessera.rules.layout import TO_PLAY, meta_at
from tessera.search.ownership import by_move
from tessera.search.tree import Tree

CONFIDENCE = 1.96
"""Standard errors between a winrate and its lower confidence bound."""
MAX_LINE = 30
"""Moves shown of a line."""


class Values(NamedTuple):
    """Means over a node's visits, for its side to play or, negated, for the other side."""

    winrate: float
    score: float
    utility: float
    score_stdev: float
    """Spread of the scores of the leaves seen below the node: 0 after one visit. A network that gives a score says
    nothing of how sure it is, so this is what the search has seen, not what the game may still bring."""
    error: float
    """Standard error of the mean utility."""


def read_analysis(
    tree: Tree, size: int, *, game: int = 0, seconds: float, during_search: bool, moves_ownership: bool = False
) -> Analysis:
    """The root of a game's tree, best move first (most visits, then best value).

    `moves_ownership` is for a search of one game that keeps every node's ownership.
    """
    tree = Tree(*(array[game : game + 1] for array in tree))
    prior = np.asarray(tree.prior)[0, 0]
    visits = np.asarray(tree.children_visits)[0, 0]
    color = int(np.asarray(tree.state)[0, 0, meta_at(size) + TO_PLAY])
    visited = [a for a in np.flatnonzero(visits > 0) if prior[a] > 0 and _settled_visits(tree, int(a)) > 0]
    total = sum(_settled_visits(tree, int(a)) for a in visited)
    moves = [_move_info(tree, int(a), total) for a in visited]
    moves.sort(key=lambda move: (-move.visits, -move.winrate, move.point))
    if not moves:
        moves = [_unvisited_info(tree, int(np.argmax(prior)))]
    leaves = max(1, int(np.asarray(tree.leaves)[0]))
    sign = 1.0 if color == BLACK else -1.0
    ownership = (np.asarray(tree.ownership)[0] * (sign / leaves)).astype(np.float32)
    if moves_ownership:
        moves = _with_ownership(tree, moves, ownership, sign)
    root, raw = _values(tree, 0, 1.0), np.asarray(tree.raw_values)[0, 0]
    return Analysis(
        color=color,
        size=size,
        moves=tuple(moves),
        visits=int(np.asarray(tree.visits)[0, 0]),
        winrate=root.winrate,
        score=root.score,
        ownership=ownership,
        policy=_shown_policy(prior),
        seconds=seconds,
        during_search=during_search,
        utility=root.utility,
        score_stdev=root.score_stdev,
        raw_winrate=0.5 + 0.5 * float(raw[1]),
        raw_score=float(raw[2]),
    )


def led_by_bound(analysis: Analysis, share: float) -> Analysis:
    """The move whose value is the surest bet, among those with that share of the first move's visits, comes first.

    The bound is the lower end of the confidence interval of the mean utility (KataGo's useLcbForSelection).
    """
    first = analysis.moves[0].visits
    best = max((move for move in analysis.moves if move.visits >= max(2, share * first)), key=_bound, default=None)
    if best is None or best is analysis.moves[0]:
        return analysis
    others = tuple(move for move in analysis.moves if move is not best)
    # Clients order moves by their weight; the one that is played stands first there, too.
    return replace(analysis, moves=(replace(best, weight=analysis.moves[0].weight), *others))


def _bound(move: MoveInfo) -> float:
    return move.utility - 2 * (move.winrate - move.lcb)


def _with_ownership(tree: Tree, moves: list[MoveInfo], root: NDArray[np.float32], sign: float) -> list[MoveInfo]:
    """The moves with the ownership below each; a move nobody looked behind has the root's."""
    below, leaves = by_move(tree)
    return [
        replace(
            move,
            ownership=(below[move.point] * (sign / leaves[move.point])).astype(np.float32)
            if leaves[move.point]
            else root,
        )
        for move in moves
    ]


def _shown_policy(prior: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.where(prior > 0, prior, np.float32(-1.0)).astype(np.float32)


def _settled_visits(tree: Tree, action: int) -> int:
    """Visits of a root action whose evaluations have come back."""
    child = int(np.asarray(tree.child)[0, 0, action])
    return 0 if child < 0 else int(np.asarray(tree.visits)[0, child])


def _values(tree: Tree, node: int, sign: float) -> Values:
    """What the visits of a node come to; `sign` -1 turns them to the view of the other side."""

    def mean(sums: Any) -> float:
        return float(np.asarray(sums)[0, node]) / n

    n = max(1, int(np.asarray(tree.visits)[0, node]))
    score, utility = mean(tree.score), mean(tree.utility)
    # One visit tells nothing about the spread: a prior observation of variance 1/4 keeps the bound honest.
    variance = max(0.0, mean(tree.square) - utility * utility)
    return Values(
        winrate=0.5 + 0.5 * sign * mean(tree.result),
        score=sign * score,
        utility=sign * utility,
        score_stdev=math.sqrt(max(0.0, mean(tree.score_square) - score * score)),
        error=math.sqrt((variance * n + 0.25) / (n + 1) / n),
    )


def _move_info(tree: Tree, action: int, total: int) -> MoveInfo:
    child = int(np.asarray(tree.child)[0, 0, action])
    visits = int(np.asarray(tree.visits)[0, child])
    values = _values(tree, child, -1.0)
    line, line_visits = _line(tree, child)
    return MoveInfo(
        point=action,
        visits=visits,
        winrate=values.winrate,
        score=values.score,
        prior=float(np.asarray(tree.prior)[0, 0, action]),
        lcb=values.winrate - CONFIDENCE * 0.5 * values.error,
        pv=(action, *line),
        weight=visits / max(1, total),
        utility=values.utility,
        score_stdev=values.score_stdev,
        edge_visits=int(np.asarray(tree.children_visits)[0, 0, action]),
        pv_visits=(visits, *line_visits),
    )


def _unvisited_info(tree: Tree, action: int) -> MoveInfo:
    """A move nothing is known of but the network's values of the root."""
    utility, result, score = map(float, np.asarray(tree.raw_values)[0, 0])
    prior = float(np.asarray(tree.prior)[0, 0, action])
    return MoveInfo(action, 0, 0.5 + 0.5 * result, score, prior, 0.0, (action,), 1.0, utility, pv_visits=(0,))


def _line(tree: Tree, node: int) -> tuple[list[int], list[int]]:
    """The most visited moves below a node, and the visits of the positions they lead to."""
    line: list[int] = []
    counts: list[int] = []
    child = np.asarray(tree.child)
    while len(line) < MAX_LINE - 1:
        visits = np.asarray(tree.children_visits)[0, node]
        action = int(np.argmax(visits))
        if visits[action] == 0 or child[0, node, action] < 0:
            break
        node = int(child[0, node, action])
        line.append(action)
        counts.append(int(np.asarray(tree.visits)[0, node]))
    return line, counts

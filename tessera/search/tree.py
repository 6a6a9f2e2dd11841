"""The batched tree: B independent trees of up to M nodes, every field one array.

Node 0 is the root; a child's index is larger than its parent's. Values belong to the side to play at the
node they are stored at; an edge's value belongs to the side that plays it. `utility` is what the search
maximises, in -1..1; `result` (win minus loss) and `score` (points) are carried along to be shown.

Sums are float64: one of float32 stops growing at 2**24 times what is added, which a finished game reaches in
seconds. The kernels calculate in float64 anyway.
"""

from __future__ import annotations

import math
import mmap
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tessera.rules.features import BASIC, FeatureSet
from tessera.rules.layout import row_length

if TYPE_CHECKING:
    import torch

NO_NODE = -1
MAX_DEPTH = 512
"""Longest line a search follows below the root."""


class Tree(NamedTuple):
    """Arrays of B trees. A node is `evaluated` once its prior and raw value are known."""

    state: torch.Tensor
    """[B, M, S] int32 position of each node."""
    key: torch.Tensor
    """[B, M] int64 superko key of that position."""
    parent: torch.Tensor
    """[B, M] int32, -1 at the root."""
    action: torch.Tensor
    """[B, M] int32 action that led here."""
    status: torch.Tensor
    """[B, M] int8: 0 waiting for its evaluation, 1 evaluated, 2 the game is over here."""
    visits: torch.Tensor
    """[B, M] int32 backups through the node; at most `per_game.MAX_VISITS`."""
    utility: torch.Tensor
    """[B, M] float64 sum over backups."""
    result: torch.Tensor
    """[B, M] float64 sum over backups."""
    score: torch.Tensor
    """[B, M] float64 sum over backups."""
    square: torch.Tensor
    """[B, M] float64 sum of squared utilities, for confidence bounds."""
    score_square: torch.Tensor
    """[B, M] float64 sum of squared scores, for their spread."""
    raw_values: torch.Tensor
    """[B, M, 3] float32 utility, result, score of the node's own evaluation."""
    prior: torch.Tensor
    """[B, M, A] float32 policy over legal actions, 0 for illegal ones."""
    child: torch.Tensor
    """[B, M, A] int32 node an edge leads to, -1 when it was not taken yet."""
    children_visits: torch.Tensor
    """[B, M, A] int32, leaves in flight included."""
    children_values: torch.Tensor
    """[B, M, A] float64 sum of utilities for the side that plays the edge, leaves in flight left out."""
    size: torch.Tensor
    """[B] int32 nodes in use."""
    ownership: torch.Tensor
    """[B, P] float64 sum over leaves, positive for Black; divide by `leaves`."""
    leaves: torch.Tensor
    """[B] int32 leaves summed in `ownership`."""
    owners: torch.Tensor
    """[B, M, P] int8 each node's own ownership in 1/127, positive for Black: the network's, or the count of a finished
    game. [B, 0, P] unless a search is asked to keep it."""


class Workspace(NamedTuple):
    """What one step of a search works on; allocated once, by the caller of the search."""

    leaf: torch.Tensor
    """[B, K] int32 node to be evaluated, -1 none."""
    planes: torch.Tensor
    """[B * K, F, N, N] float32; [B * K, F * P] for the kernels"""
    globals_: torch.Tensor
    """[B * K, G] float32"""
    path: torch.Tensor
    """[B, MAX_DEPTH] int64 superko keys along a line."""
    owner: torch.Tensor
    """[B, P] int8"""
    scratch: torch.Tensor
    """[B, P] int32, more where the features need it"""
    dead: torch.Tensor
    """[B, P] int8 colour of the stones judged dead at the root, else 0: where a game ends they are taken off."""
    stones: torch.Tensor
    """[B, P + 1] int32 a board without them."""
    gumbel: torch.Tensor
    """[B, A] float32 Gumbel noise of the root's actions; under PUCT what is added to their values."""
    legal: torch.Tensor
    """[B] int32 legal actions at the root, pass included."""
    which: torch.Tensor
    """[B] bool trees that `init` starts anew; the others it leaves alone."""
    most: torch.Tensor
    """[B] int32 most visits of the next step."""
    random: torch.Tensor
    """[B] int64 state of each game's random numbers, never 0."""


def tree_bytes(games: int, nodes: int, size: int) -> int:
    """Bytes of a tree without `owners`: per node the position, four values per action and a handful of numbers."""
    actions = size * size + 1
    return games * nodes * (4 * row_length(size) + 20 * actions + 73)


def allocate(
    games: int,
    nodes: int,
    leaves: int,
    size: int,
    device: str,
    *,
    features: FeatureSet = BASIC,
    owners: bool = False,
) -> tuple[Tree, Workspace]:
    """Zeroed arrays; on the CPU memory is taken as a search reaches it, and given back with the arrays."""
    import torch

    points = size * size
    actions = points + 1

    def zeros(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        return _untouched(shape, dtype) if device == "cpu" else torch.zeros(shape, dtype=dtype, device=device)

    i8, i32, i64, f64 = torch.int8, torch.int32, torch.int64, torch.float64
    tree = Tree(
        state=zeros(games, nodes, row_length(size), dtype=i32),
        key=zeros(games, nodes, dtype=i64),
        parent=zeros(games, nodes, dtype=i32),
        action=zeros(games, nodes, dtype=i32),
        status=zeros(games, nodes, dtype=i8),
        visits=zeros(games, nodes, dtype=i32),
        utility=zeros(games, nodes, dtype=f64),
        result=zeros(games, nodes, dtype=f64),
        score=zeros(games, nodes, dtype=f64),
        square=zeros(games, nodes, dtype=f64),
        score_square=zeros(games, nodes, dtype=f64),
        raw_values=zeros(games, nodes, 3),
        prior=zeros(games, nodes, actions),
        child=zeros(games, nodes, actions, dtype=i32),
        children_visits=zeros(games, nodes, actions, dtype=i32),
        children_values=zeros(games, nodes, actions, dtype=f64),
        size=zeros(games, dtype=i32),
        ownership=zeros(games, points, dtype=f64),
        leaves=zeros(games, dtype=i32),
        owners=zeros(games, nodes if owners else 0, points, dtype=i8),
    )
    work = Workspace(
        leaf=torch.full((games, leaves), NO_NODE, dtype=i32, device=device),
        planes=zeros(games * leaves, features.plane_count, size, size),
        globals_=zeros(games * leaves, features.global_count),
        path=zeros(games, MAX_DEPTH, dtype=i64),
        owner=zeros(games, points, dtype=i8),
        scratch=zeros(games, max(points, features.scratch(size)), dtype=i32),
        dead=zeros(games, points, dtype=i8),
        stones=zeros(games, points + 1, dtype=i32),
        gumbel=zeros(games, actions),
        legal=zeros(games, dtype=i32),
        which=torch.ones(games, dtype=torch.bool, device=device),
        most=torch.ones(games, dtype=i32, device=device),
        random=torch.ones(games, dtype=i64, device=device),
    )
    return tree, work


def _untouched(shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    """Zeros that take no memory until they are written, straight from the system.

    torch.zeros writes every page; malloc would keep them after their end, since `nn.allocator` tells it to.
    """
    import torch

    size = math.prod(shape) * dtype.itemsize
    if size < mmap.PAGESIZE:
        return torch.zeros(shape, dtype=dtype)
    # Private where there is a choice: a forked process must not write into its parent's trees.
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    return torch.frombuffer(mmap.mmap(-1, size, **private), dtype=dtype).view(shape)


def first_games(tree: Tree, work: Workspace, games: int) -> tuple[Tree, Workspace]:
    """The first `games` trees and their part of the workspace, the same memory."""
    rows = dict.fromkeys(("planes", "globals_"), games * work.leaf.shape[1])
    used = {name: array[: rows.get(name, games)] for name, array in work._asdict().items()}
    return Tree(*(array[:games] for array in tree)), Workspace(**used)


def random_states(games: int, seed: int) -> NDArray[np.int64]:
    """Every game's own stream of random numbers, derived from the seed: [B] for `Workspace.random`."""
    return np.random.Generator(np.random.PCG64(seed)).integers(1, 2**63 - 1, games, dtype=np.int64)

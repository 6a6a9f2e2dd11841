"""The search as three scalar kernels over one tree, with the network in between; mctx names its phases alike.

    init(state)                                         # the root, a leaf for the network
    repeat:
        simulate                                        # select actions down to a new node, a leaf for the network
        policy, value, score, ownership = network(leaf)
        expand(policy, value, score, ownership)         # its priors and raw values
        backward                                        # its value, to every node and edge above it

While a leaf is being evaluated its path counts as visited, so that the next of the K leaves of the same step looks
elsewhere; what the visit is taken to be worth until it is known is `action_selection.edge_value`'s. Superko holds along
the path: a node's legal moves are checked against the game's past and every position between the root and the node.
"""

from __future__ import annotations

import math

import numpy as np

from tessera.rules import kernels
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.jit import kernel
from tessera.rules.layout import LEGAL_BITS, PASSES, TO_PLAY, bits_at, meta_at
from tessera.rules.scoring_kernels import judged_score2
from tessera.search.action_selection import select_action

WAITING, EVALUATED, OVER = 0, 1, 2


@kernel
def init(tree, work, b, n, t, state, seen):
    """Make `state` the root of tree b and put it up for evaluation in the first leaf slot."""
    # Numba compiles a function anew for literal arguments; one compilation for integers is enough.
    first, none = np.int64(0), np.int64(-1)
    clear_node(tree, b, first, none, none)
    root = tree.state[b, 0]
    for i in range(root.shape[0]):
        root[i] = state[i]
    meta = meta_at(n)
    if root[meta + PASSES] >= 2:
        root[meta + PASSES] = 0  # whoever asks for a move after two passes wants the game to go on
    tree.key[b, 0] = kernels.current_key(root, n, t)
    tree.size[b] = 1
    tree.leaves[b] = 0
    for p in range(n * n):
        tree.ownership[b, p] = 0.0
        work.dead[b, p] = 0
    kernels.legal(root, n, t, root[meta + TO_PLAY], seen, work.path[b], 0)
    work.leaf[b, 0] = 0


@kernel
def simulate(tree, work, b, slot, n, t, seen, considered_visits, settings):
    """Select actions from the root down to a new node, and submit it for evaluation in `slot`.

    The slot stays empty when the line ends in a finished game (backward at once), meets a leaf already
    in flight, or the tree is full. Returns whether the simulation counted or was submitted.
    """
    work.leaf[b, slot] = -1
    path = work.path[b]
    node, depth = np.int64(0), 0
    while True:
        action = select_action(tree, b, node, work.gumbel, considered_visits, settings)
        tree.children_visits[b, node, action] += 1
        child = np.int64(tree.child[b, node, action])
        if child < 0 or tree.status[b, child] != EVALUATED or depth + 2 >= path.shape[0]:
            break
        node = child
        path[depth] = tree.key[b, node]
        depth += 1
    # The rest stays outside the loop: inside, its variables would push the loop's out of the registers.
    is_new = child < 0
    if is_new:
        child = add_child(tree, work, b, node, action, n, t, settings)
    if child >= 0 and tree.status[b, child] == OVER:
        count_board(tree, work, b, child, n, t)
        count_owner(tree, work, b, child, n)
        backward(tree, b, child)
        return True
    if is_new and child >= 0:
        path[depth] = tree.key[b, child]
        s = tree.state[b, child]
        kernels.legal(s, n, t, s[meta_at(n) + TO_PLAY], seen, path, depth + 1)
        work.leaf[b, slot] = child
        return True
    undo_visits(tree, b, node, action)
    return False


@kernel
def add_child(tree, work, b, node, action, n, t, settings):
    """The node that the action leads to, new: waiting for its evaluation, or over; -1 where the tree is full."""
    new = np.int64(tree.size[b])
    if new >= tree.parent.shape[1]:
        return np.int64(-1)
    tree.size[b] = new + 1
    tree.child[b, node, action] = new
    clear_node(tree, b, new, node, action)
    above, s = tree.state[b, node], tree.state[b, new]
    for i in range(s.shape[0]):
        s[i] = above[i]
    kernels.play(s, n, t, action, s[meta_at(n) + TO_PLAY])
    if kernels.is_over(s, n):
        finish(tree, work, b, new, n, t, settings)
    else:
        tree.key[b, new] = kernels.current_key(s, n, t)
    return new


@kernel
def expand(tree, b, node, n, policy, value, score, ownership, settings):
    """Give a waiting node its priors and raw values.

    policy [A] logits, value [3] logits for win, draw, loss, score in points and ownership [P] in -1..1,
    all from the view of the node's side to play.
    """
    s = tree.state[b, node]
    set_prior(tree.prior[b, node], s, n, policy)
    top = max(value[0], max(value[1], value[2]))
    win, draw, loss = math.exp(value[0] - top), math.exp(value[1] - top), math.exp(value[2] - top)
    set_raw_values(tree, b, node, n, (win - loss) / (win + draw + loss), score, settings)
    tree.status[b, node] = EVALUATED
    sign = 1.0 if s[meta_at(n) + TO_PLAY] == BLACK else -1.0
    for p in range(n * n):
        tree.ownership[b, p] += sign * ownership[p]
    tree.leaves[b] += 1
    if node < tree.owners.shape[1]:
        for p in range(n * n):
            share = max(-1.0, min(1.0, sign * ownership[p]))
            tree.owners[b, node, p] = math.floor(127.0 * share + 0.5)


@kernel
def backward(tree, b, node):
    """Add a leaf's raw values, which are its side to play's, to every node and edge above it."""
    # float64 from here on: squares of float32 scores would not cancel against the square of their mean.
    utility, result = np.float64(tree.raw_values[b, node, 0]), np.float64(tree.raw_values[b, node, 1])
    score = np.float64(tree.raw_values[b, node, 2])
    while True:
        tree.visits[b, node] += 1
        tree.utility[b, node] += utility
        tree.result[b, node] += result
        tree.score[b, node] += score
        tree.square[b, node] += utility * utility
        tree.score_square[b, node] += score * score
        parent = tree.parent[b, node]
        if parent < 0:
            break
        utility, result, score = -utility, -result, -score
        tree.children_values[b, parent, tree.action[b, node]] += utility  # simulate() has counted the visit
        node = parent


@kernel
def clear_node(tree, b, node, parent, action):
    """Empty statistics for a new node; its state is the caller's."""
    tree.parent[b, node] = parent
    tree.action[b, node] = action
    tree.status[b, node] = WAITING
    tree.visits[b, node] = 0
    tree.utility[b, node] = 0.0
    tree.result[b, node] = 0.0
    tree.score[b, node] = 0.0
    tree.square[b, node] = 0.0
    tree.score_square[b, node] = 0.0
    child, visits, value = tree.child[b, node], tree.children_visits[b, node], tree.children_values[b, node]
    prior = tree.prior[b, node]
    for a in range(child.shape[0]):
        child[a] = -1
        visits[a] = 0
        value[a] = 0.0
        prior[a] = 0.0


@kernel
def undo_visits(tree, b, node, action):
    """Take a visit that came to nothing off every edge from the root to (node, action)."""
    while node >= 0:
        tree.children_visits[b, node, action] -= 1
        action = tree.action[b, node]
        node = tree.parent[b, node]


@kernel
def set_prior(prior, s, n, logits):
    """Fill prior[A] with the softmax of the logits over the legal points of `s`, and pass."""
    points = n * n
    legal_ = bits_at(n, LEGAL_BITS)
    top = logits[points]
    for p in range(points):
        if (s[legal_ + p // n + 1] >> (p % n)) & 1:
            top = max(top, logits[p])
    mass = max(1e-9, math.exp(logits[points] - top))
    prior[points] = mass
    for p in range(points):
        if (s[legal_ + p // n + 1] >> (p % n)) & 1:
            # A floor keeps every legal move reachable: 0 means illegal.
            weight = max(1e-9, math.exp(logits[p] - top))
            prior[p] = weight
            mass += weight
    for a in range(points + 1):
        prior[a] = max(prior[a] / mass, 1e-12) if prior[a] > 0.0 else 0.0


@kernel
def set_raw_values(tree, b, node, n, result, score, settings):
    """Note a node's own evaluation, its side to play's.

    The utility is what the search maximises: win minus loss, and a little of the score so that won games stay tidy.
    """
    squashed = math.atan(score / n) * (2.0 / math.pi)
    tree.raw_values[b, node, 0] = (1.0 - settings.score_weight) * result + settings.score_weight * squashed
    tree.raw_values[b, node, 1] = result
    tree.raw_values[b, node, 2] = score


@kernel
def finish(tree, work, b, node, n, t, settings):
    """Note the result of a finished game at a node, from its side to play's view: the referee's count.

    Chains that were judged dead at the root and still stand unchanged are taken off, as the referee will.
    """
    s = tree.state[b, node]
    margin = 0.5 * count_board(tree, work, b, node, n, t)
    if s[meta_at(n) + TO_PLAY] == WHITE:
        margin = -margin
    tree.status[b, node] = OVER
    result = 1.0 if margin > 0 else (-1.0 if margin < 0 else 0.0)
    set_raw_values(tree, b, node, n, result, margin, settings)


@kernel
def count_board(tree, work, b, node, n, t):
    """Black's score in half points at a finished node; fills work.owner."""
    return judged_score2(tree.state[b, node], n, t, work.dead[b], work.stones[b], work.owner[b], work.scratch[b])


@kernel
def count_owner(tree, work, b, node, n):
    """Add the counted board in work.owner, a finished node's, to the tree's ownership."""
    for p in range(n * n):
        owner = work.owner[b, p]
        if owner == BLACK:
            tree.ownership[b, p] += 1.0
        elif owner == WHITE:
            tree.ownership[b, p] -= 1.0
    tree.leaves[b] += 1
    if node < tree.owners.shape[1]:
        for p in range(n * n):
            owner = work.owner[b, p]
            tree.owners[b, node, p] = 127 if owner == BLACK else (-127 if owner == WHITE else 0)

"""Keep what a search learned below the move that was played: the chosen child becomes the root."""

from __future__ import annotations

from tessera.rules.jit import kernel


@kernel
def reuse_subtree(tree, b, action, moved):
    """Make the child under `action` the root of tree b. `moved` holds at least M int32.

    Children have larger indices than their parents, so one pass forward keeps or drops every node, and
    copying forward in place never overwrites a node that is still needed. Returns False, and leaves the
    tree alone, when there is no such evaluated child.
    """
    new_root = tree.child[b, 0, action]
    if new_root < 0 or tree.status[b, new_root] != 1:
        return False
    size = tree.size[b]
    kept = 0
    for node in range(size):
        parent = tree.parent[b, node]
        if node == new_root or (node > new_root and moved[parent] >= 0):
            moved[node] = kept
            kept += 1
        else:
            moved[node] = -1
    for node in range(new_root, size):
        to = moved[node]
        if to < 0:
            continue
        tree.parent[b, to] = -1 if node == new_root else moved[tree.parent[b, node]]
        tree.action[b, to] = tree.action[b, node]
        tree.key[b, to] = tree.key[b, node]
        tree.status[b, to] = tree.status[b, node]
        tree.visits[b, to] = tree.visits[b, node]
        tree.utility[b, to] = tree.utility[b, node]
        tree.result[b, to] = tree.result[b, node]
        tree.score[b, to] = tree.score[b, node]
        tree.square[b, to] = tree.square[b, node]
        tree.score_square[b, to] = tree.score_square[b, node]
        for i in range(3):
            tree.raw_values[b, to, i] = tree.raw_values[b, node, i]
        if tree.owners.shape[1] > 0:
            for p in range(tree.owners.shape[2]):
                tree.owners[b, to, p] = tree.owners[b, node, p]
        from_state, to_state = tree.state[b, node], tree.state[b, to]
        for i in range(from_state.shape[0]):
            to_state[i] = from_state[i]
        for a in range(tree.child.shape[2]):
            below = tree.child[b, node, a]
            tree.child[b, to, a] = moved[below] if below >= 0 else -1
            tree.prior[b, to, a] = tree.prior[b, node, a]
            tree.children_visits[b, to, a] = tree.children_visits[b, node, a]
            tree.children_values[b, to, a] = tree.children_values[b, node, a]
    tree.parent[b, 0] = -1
    tree.size[b] = kept
    tree.leaves[b] = 0
    for p in range(tree.ownership.shape[1]):
        tree.ownership[b, p] = 0.0
    return True

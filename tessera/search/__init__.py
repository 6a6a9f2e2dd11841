"""One batched tree search, for self-play (many games at once) and for play (one): PUCT and Gumbel, after mctx.

Where to start reading: search.py (simulate, expand, backward: the algorithm on one screen), then batch.py (what a
caller holds: evaluate, step, read the result).

    action_selection, seq_halving    which edge is followed; when the root has looked at a move often enough
    tree, settings                   the arrays of B trees; every number that can be tuned
    per_game, cpu, cuda, backend     the search of one tree, the loops over games, the threads, and what both offer
    reuse_subtree, ownership         what is kept from move to move; who owns what behind each move
"""

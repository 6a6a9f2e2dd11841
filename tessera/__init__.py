"""Tessera: a Go engine for people who train, study and play their own networks.

Where to start reading
    rules/        the game itself: kernels over flat arrays, then `Game` for one game at a time
    interfaces/   what a plugin may implement: Protocols and frozen dataclasses, nothing else
    hookspecs.py  when a plugin is called
    search/       one batched tree, used by self-play (many games) and play (one game)
    players/      who chooses a move: a policy, a search, a process outside
    gtp/          the Go Text Protocol, both ends
    runs/         what a training run wrote down, read for reports, pages and programs; html/ draws it
    cli/          one small file per command

Dimension letters, everywhere:
    B games in a batch · N board side · P = N*N points · A = P+1 actions (pass last) · M tree nodes ·
    K leaves per tree and step · F input planes · G global inputs

Importing `tessera` imports neither torch nor numba.
"""

__version__ = "0.1.0"

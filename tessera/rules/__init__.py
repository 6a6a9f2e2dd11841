"""The game of Go as flat arrays: many games at once through kernels, one game at a time through `Game`.

Where to start reading: game.py (`Game`: play, undo, legal moves, history), then kernels.py (the rules as scalar
functions).

    coords, ruleset, diagram    points, colours and vertices; which rules; boards as text
    layout                      where everything about one game lies in its row of int32
    kernels, chains, legality, superko, unsigned    the rules, one source for CPU and GPU
    bodies, cpu, cuda, jit, batch    the same for B games: what happens to one, the loops, the threads, how it compiles
    features                    a position as the planes a network reads
    scoring, scoring_kernels    the result of a finished game
    endgame, benson, capture, playouts    which stones are dead when it ends
"""

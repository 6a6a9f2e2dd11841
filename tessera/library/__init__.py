"""The public face: what `import tessera` offers, each name loaded when it is first used.

    position = tessera.Position(9, moves="E5 C3")
    with tessera.load_player(visits=100) as player:
        analysis = player.analyze(position)      # Black's values; draws itself in a notebook

Vertices are strings ('D4', 'pass'), colours 'black' and 'white', boards arrays [N, N] with row 0 at the top, and every
value is Black's. What is under it, points and numbers from the view of the side to play, stands in `interfaces`.
Nothing is worked out here; start reading at `position`, which wraps `rules.game`. `players` wraps `players.load`,
`games` `match.game`, `training` `training.assembly`; `analysis` is an answer, `picture` draws it, `checked` holds
arguments to their annotations. docs/library.md shows all of it.
"""

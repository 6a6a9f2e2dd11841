"""One game, from the start of its players to its result: the one way to play a game and to run a GTP engine.

Reading order: `game` (a game between two players, move by move) -> `player` (a GTP engine as such a player) ->
`referee` (two of them, with a clock, and who is to blame) -> `ending` (which stones are dead) -> `launch` (what it
takes to start an engine) -> `engine` (a running one) -> `guard` and `logs` (its processes should we be killed, and
what they print) -> `probe` (is an engine there, and does it play).
"""

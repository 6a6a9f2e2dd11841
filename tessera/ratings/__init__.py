"""Strength from results: pure functions of numbers, with numpy and nothing else.

Start reading at `counting` (which games count, and for how much) -> `elo` (the scale) -> `bradley_terry` (ratings of
many players; `newton` finds them, `connect` says whether they exist) -> `sprt` (when a match has said enough) ->
`widest` (whose games tell most) -> `curve` (a smooth line through the ratings of players that differ in one setting).
"""

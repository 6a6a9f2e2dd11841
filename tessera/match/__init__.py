"""One game, from the start of its players to its result.

Reading order: `referee` (a game between two GTP engines under our rules) -> `timekeeper` (its clocks) -> `ending`
(which stones are dead) -> `launch` (what it takes to start an engine) -> `engine` (a running one) -> `guard` and
`logs` (what becomes of its processes and of what they print) -> `probe` (is an engine there, and does it play).
`game` is a game between players inside this process, `external` an engine outside as one of them.
"""

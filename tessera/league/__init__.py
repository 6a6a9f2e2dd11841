"""Leagues: who plays whom, what came of it, and how strong that makes them.

Reading order: `config` (the file; `entrants` and `values` are parts of it, `strengths` looks ranks up, `example` is
a file to start from) ->
`schedule` (who plays next; `openings` and `standing` are what it looks at) -> `run` (plan, play, record) ->
`records` and `lines` (games on disk), `folder` (all that a league leaves there) -> `summary` (the table), `results`
(games of other origin) -> `report/` (the page). Games are played by arbiters (`interfaces.arbiter`).
"""

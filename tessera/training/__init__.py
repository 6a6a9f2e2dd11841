"""What every trainer shares: targets, replays, losses, the learner, evaluations, and the run loop.

A trainer is a plugin that owns one `step()` (interfaces/trainer.py); the loop here owns its budget, log,
evaluation, checkpoints and events. Start reading at `assembly` (how a run is put together, also from
Python) and `run`; then `targets` (what a finished game teaches), `replay` and
`replays` (where it waits), `symmetry`, `losses`, `learner` (weights that follow them) with `guard` and `average`,
`progress` (who beats whom), `truth` (whether it still is Go), `sizing` (how many games fit), `folder` (what a run
leaves on disk).
"""

"""What every trainer shares: targets, replay, matches between networks, and the run loop.

A trainer is a plugin that owns one `step()` (interfaces/trainer.py); the loop here owns its budget, log,
evaluation, checkpoints and events. Start reading at `run`; then `targets` (what a finished game teaches),
`replay` (where it waits), `symmetry`, `average`, `match` (who beats whom), `folder` (what a run leaves on disk).
"""

"""What every trainer shares: targets, replays, losses, the learner, evaluations, and the run loop.

A trainer is a plugin that owns one `step()` (interfaces/trainer.py); the loop here owns its budget, log, evaluation,
checkpoints and events. Start reading at `assembly` (how a run is put together, also from Python) and `run`; then
`targets` (what a finished game teaches), `replay` and `replays` (where it waits), `symmetry`, `losses`, `learner`
(weights that follow them) with `settings`, `guard` and `ema`; `playing` (the network that plays the games),
`processes` and `leading` (several processes that learn together), `progress` (who beats whom) and `opponents` (who is
met), `clean_room` (the trainer leaves while they play), `sanity` (whether it still is Go). Around
the loop: `config`, `budget`, `folder` (what a run leaves on disk), `stop`; `sizing` and `disk` (what fits), `packing`
and `state_tree` (in a checkpoint), `beside` (written while training goes on); `mirror` (a copy in a store);
`supervisor`, `heartbeat` and `deaths` (a run that goes on while nobody looks).
"""

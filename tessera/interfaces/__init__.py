"""What a plugin may implement: Protocols and frozen dataclasses, and no behaviour.

One file for each kind; start with the one you want to write: `network` (networks, and evaluators that run them),
`player`, `trainer`, `arbiter` (plays the games of leagues), `stores` (checkpoints elsewhere), `events` (listeners).
`health` names the numbers a trainer tells, `catalog` is what all plugins together offer; `analysis` is what a player
knows of a position. Nothing here imports torch; tensors are named in annotations only.
"""

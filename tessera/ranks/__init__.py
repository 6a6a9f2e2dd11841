"""Strength in words a player knows: ranks, Elo, levels, and the table that says what a network has to do for them.

Start reading at `scale` (20k, 5d and their Elo) -> `table` (what was measured of one network) -> `levels` (what a
rank, an Elo or a level asks of a player). The table is made by `tessera.calibration` and kept by `tessera.checkpoints`.
"""

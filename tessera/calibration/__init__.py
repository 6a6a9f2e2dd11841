"""Calibration: which temperature of a network's policy plays at which Elo.

Start reading at `plan` (which leagues are played, as a pure function of what they have shown) -> `run` (plays them, one
board size at a time, and goes on where it was) -> `measured` (from their games to a rank table).
"""

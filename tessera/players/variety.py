"""How a game comes to differ from the last one: its first moves are drawn by visits, more and more narrowly."""

from __future__ import annotations

import numpy as np

NARROWEST = 0.1
"""A temperature below this is none: the most visited move is played."""


def generator(seed: int) -> np.random.Generator:
    """What one game of a player draws from."""
    return np.random.Generator(np.random.PCG64(seed))


def generators(seed: int, games: int) -> list[np.random.Generator]:
    """One for each game of a player; the first is `generator(seed)`, whatever their number."""
    return [generator(seed), *(np.random.Generator(np.random.PCG64([seed, game])) for game in range(1, games))]


def fading(temperature: float, halflife: float, moves: int, size: int) -> float:
    """The temperature of the move after `moves` moves: halved every `halflife` board sides, 0 in the end.

    With 0.5 and half a side it is gone after about as many moves as the board has lines (KataGo's
    chosenMoveTemperatureEarly and chosenMoveTemperatureHalflife, without the rest it keeps all game).
    """
    if temperature <= 0 or halflife <= 0:
        return 0.0
    now = temperature * 0.5 ** (moves / (halflife * size))
    return now if now >= NARROWEST else 0.0

"""Adaptive pairing: the player known least against whoever tells most about it.

A game between players who are d Elo apart, with expected score p, carries p(1-p) of Fisher information on d (in
natural log-odds). On one player's rating it carries less the worse the opponent is known: p(1-p) / (1 + v p(1-p))
where v is the variance of the opponent's rating.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.arbiter import GameRecord
from tessera.league.config import LeagueConfig
from tessera.league.counting import counted, rate
from tessera.league.elo import ELO_PER_NAT, expected_score

GAMES = 2
"""An opening, with both colours."""


def widest_pairs(
    records: Sequence[GameRecord], names: Sequence[str], config: LeagueConfig, *, count: int
) -> list[tuple[str, str]]:
    """`count` pairs to play next, by the ratings of the games on record; the same players may come up again.

    Only `names` are paired; `config.anchors` tells whose rating is known.
    """
    known = [entrant.name for entrant in config.players]
    ratings = rate(counted(records), known, anchors=config.anchors)
    where = [known.index(name) for name in names]
    elo = ratings.elo[where]
    variance = np.diag(ratings.covariance)[where] / ELO_PER_NAT**2
    chosen = []
    for _ in range(count if len(names) > 1 else 0):
        a = int(np.argmax(variance))
        told = _information(elo, variance, a)
        b = int(np.argmax(told))
        for one, other in ((a, b), (b, a)):
            gain = GAMES * _information(elo, variance, one)[other]
            variance[one] = 1.0 / (1.0 / variance[one] + gain) if variance[one] > 0 else 0.0
        chosen.append((names[a], names[b]))
    return chosen


def _information(elo: NDArray[np.float64], variance: NDArray[np.float64], player: int) -> NDArray[np.float64]:
    """[n] what a game against each other player tells about `player`; -1 for itself."""
    p = np.array([expected_score(float(elo[player] - other)) for other in elo])
    told: NDArray[np.float64] = p * (1 - p) / (1 + variance * p * (1 - p))
    told[player] = -1.0
    return told

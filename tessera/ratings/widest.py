"""Adaptive pairing: the player known least against whoever tells most about it.

With C the covariance of the ratings (in natural log-odds), p the expected score of a against b and w = 2p(1-p) the
Fisher information of a game with each colour, these games take away from the variance of a

    w (C_aa - C_ab)^2 / (1 + w (C_aa + C_bb - 2 C_ab)),

the first term of which says that an even opponent tells more, and the others that a well-known one does, as long as
it is not known from games against a itself. (The update of a Kalman filter by one contrast.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.arbiter import GameRecord
from tessera.ratings.counting import counted, rate
from tessera.ratings.elo import ELO_PER_NAT, expected_score

GAMES = 2
"""An opening, with both colours."""
Array = NDArray[np.float64]


def widest_pairs(
    records: Sequence[GameRecord],
    names: Sequence[str],
    *,
    players: Sequence[str],
    anchors: Mapping[str, float],
    count: int,
) -> list[tuple[str, str]]:
    """`count` pairs to play next, by the ratings of the games on record; the same players may come up again.

    Only `names` are paired, of all `players`; `anchors` tells whose rating is known.
    """
    if len(names) < 2:
        return []
    elo, covariance = _ratings(records, names, players, anchors)
    chosen = []
    for _ in range(count):
        a = int(np.argmax(np.diag(covariance)))
        told = _told(elo, covariance, a)
        b = int(np.argmax(told))
        chosen.append((names[a], names[b]))
        covariance = _after(elo, covariance, a, b)
    return chosen


def _ratings(
    records: Sequence[GameRecord], names: Sequence[str], players: Sequence[str], anchors: Mapping[str, float]
) -> tuple[Array, Array]:
    """Elo [n] and covariance [n, n] in nats, of `names` in their order."""
    games = counted(records)
    players = list(dict.fromkeys([*players, *(name for game in games for name in (game.black, game.white))]))
    ratings = rate(games, players, anchors=anchors)
    where = [players.index(name) for name in names]
    return ratings.elo[where], ratings.covariance[np.ix_(where, where)] / ELO_PER_NAT**2


def _told(elo: Array, covariance: Array, a: int) -> Array:
    """[n] how much the variance of `a` shrinks by games against each other player; -1 for itself."""
    weight = _weights(elo, a)
    own = np.diag(covariance)
    shared = covariance[a]
    told: Array = weight * (own[a] - shared) ** 2 / (1.0 + weight * (own[a] + own - 2.0 * shared))
    told[a] = -1.0
    return told


def _after(elo: Array, covariance: Array, a: int, b: int) -> Array:
    """The covariance once a and b have met."""
    weight = _weights(elo, a)[b]
    column = covariance[:, a] - covariance[:, b]
    updated: Array = covariance - weight * np.outer(column, column) / (1.0 + weight * (column[a] - column[b]))
    return updated


def _weights(elo: Array, a: int) -> Array:
    """[n] the information of two games of `a` against each."""
    p = np.array([expected_score(float(elo[a] - other)) for other in elo])
    return GAMES * p * (1.0 - p)

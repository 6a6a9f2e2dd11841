"""Whether a 95% interval holds the truth in 95 of 100 leagues: simulated leagues of known strengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from tessera.ratings.bradley_terry import DEFAULT_PRIOR, fit

LEAGUES = 1000
CLOSE = [1800, 1600, 1950, 2100, 1400, 1750]
WIDE = [100, 600, 1100, 1594, 1800, 2000, 2300]
ADVANTAGE = 30.0


@dataclass(frozen=True)
class League:
    strengths: list[int]
    reach: int
    """How far apart in the list two players may stand to meet."""
    games: int
    """Of a pair, with either colour."""
    anchors: tuple[int, ...] = (0,)
    draws: float = 0.0
    """Their share where both sides are equal."""


CASES = {
    "round robin, one anchor": League(CLOSE, reach=5, games=10),
    "round robin, no anchor": League(CLOSE, reach=5, games=10, anchors=()),
    "round robin, three anchors": League(CLOSE, reach=5, games=10, anchors=(0, 3, 4)),
    "round robin, some draws": League(CLOSE, reach=5, games=10, draws=0.1),
    "few games": League(CLOSE, reach=5, games=4),
    "random player to champion, everybody meets": League(WIDE, reach=6, games=10, anchors=(4,)),
    "random player to champion, neighbours meet": League(WIDE, reach=2, games=20, anchors=(4,)),
}


@pytest.mark.parametrize("league", CASES.values(), ids=CASES)
def test_95_percent_intervals_cover_the_truth(league):
    players, difference, advantage = coverage(league)
    # The bar is 0.93 to 0.97 over all; the share of a single player scatters by 0.7% in 1,000 leagues.
    assert 0.93 <= players.mean() <= 0.97
    assert players.min() >= 0.925
    assert 0.93 <= difference <= 0.975
    assert 0.93 <= advantage <= 0.98


def test_many_draws_make_intervals_too_wide_never_too_narrow():
    players, _, advantage = coverage(League(CLOSE, reach=5, games=10, draws=0.3))
    assert 0.95 <= players.mean() <= 0.985 and advantage >= 0.95


def test_a_heavy_prior_would_be_found_out():
    players, _, _ = coverage(CASES["random player to champion, neighbours meet"], prior=3.0)
    assert players.mean() < 0.8


def coverage(league, *, prior=DEFAULT_PRIOR):
    """Of 1,000 leagues: [fitted] shares in which a player's interval held the truth, and the same of the difference
    between two players and of Black's advantage."""
    truth, n = np.array(league.strengths, dtype=float), len(league.strengths)
    truth -= 0.0 if league.anchors else truth.mean()
    rng, names, one, other = np.random.default_rng(2), [f"player {i}" for i in range(n)], n - 1, 1
    i, j = np.array([(i, j) for i in range(n) for j in range(n) if 0 < abs(i - j) <= league.reach]).T
    games = {"first": np.tile(i, 3), "second": np.tile(j, 3), "score": np.repeat([1.0, 0.5, 0.0], len(i))}
    players, difference, advantage = np.zeros(n), 0, 0
    for _ in range(LEAGUES):
        weight = play(rng, truth[i] - truth[j] + ADVANTAGE, league.games, league.draws).ravel()
        ratings = fit(names, **games, weight=weight, prior=prior, anchors={k: truth[k] for k in league.anchors})
        players += [low <= t <= high for t, (low, high) in zip(truth, map(ratings.interval, range(n)), strict=True)]
        lead, error = ratings.difference(one, other)
        difference += abs(lead - (truth[one] - truth[other])) <= 1.96 * error
        low, high = ratings.first_player_interval()
        advantage += low <= ADVANTAGE <= high
    fitted = [k for k in range(n) if k not in league.anchors]
    return players[fitted] / LEAGUES, difference / LEAGUES, advantage / LEAGUES


def play(rng, lead, games, draws):
    """[3, M] wins, draws, losses of the first ones; `draws` is their share where both sides are equal."""
    p = 1 / (1 + 10 ** (-lead / 400))
    drawn = draws * np.minimum(p, 1 - p) * 2
    chances = np.stack([p - drawn / 2, drawn, 1 - p - drawn / 2], axis=1)
    return rng.multinomial(games, chances).T

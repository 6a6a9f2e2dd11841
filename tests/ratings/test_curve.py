"""The curve through ratings: it recovers a known one, its intervals hold the truth, and it can be inverted."""

from __future__ import annotations

import numpy as np
import pytest

from tessera.ratings.bradley_terry import fit
from tessera.ratings.curve import Curve, fit_curve
from tessera.ratings.elo import expected_score

X = np.linspace(0.05, 1.0, 13)


def truth(x: float) -> float:
    return 1600.0 * x / (x + 0.4)


def simulated(seed: int, games: int) -> tuple[Curve, np.ndarray, np.ndarray]:
    """A ladder of 13 players with a known strength, rated without an anchor."""
    random = np.random.default_rng(seed)
    elo = [truth(x) for x in X]
    pairs = [(a, a + 1) for a in range(12) for _ in range(games)]
    first, second = np.array(pairs).T
    score = [float(random.random() < expected_score(elo[a] - elo[b])) for a, b in pairs]
    ratings = fit([str(x) for x in X], first, second, score, first_player=False)
    return fit_curve(X, ratings.elo, ratings.covariance + 1e6, degree=5), ratings.elo, ratings.covariance


def test_the_intervals_of_steps_hold_the_truth_and_are_narrower_than_those_of_single_ratings() -> None:
    inside = steps = 0
    for seed in range(40):
        curve, _, covariance = simulated(seed, 100)
        for low, high in ((0.2, 0.3), (0.5, 0.7), (0.1, 0.9)):
            lead, half = curve.difference(high, low)
            inside += abs(lead - (truth(high) - truth(low))) < half
            steps += 1
        c = covariance
        assert curve.difference(X[5], X[4])[1] < 1.96 * np.sqrt(c[4, 4] + c[5, 5] - 2 * c[4, 5])
    assert inside / steps > 0.88


def test_it_is_inverted_within_its_ends() -> None:
    curve, _, _ = simulated(1, 2000)
    for x in (0.1, 0.35, 0.8):
        assert curve.where(curve(x)) == pytest.approx(x, abs=1e-3)
    assert curve.where(curve(1.0) + 500) == 1.0 and curve.where(curve(0.05) - 500) == 0.05


def test_a_dip_of_noise_is_flat() -> None:
    curve = fit_curve(np.array([0.0, 0.4, 0.6, 1.0]), np.array([0.0, 100.0, 90.0, 200.0]), np.eye(4) + 1e6, degree=3)
    _, heights = curve.monotone()
    assert (np.diff(heights) >= 0).all()


def test_ratings_off_the_curve_widen_the_errors() -> None:
    wild = np.where(np.arange(13) % 2, 80.0, -80.0) + np.array([truth(x) for x in X])
    smooth = fit_curve(X, np.array([truth(x) for x in X]), np.eye(13) * 100.0, degree=5)
    rough = fit_curve(X, wild, np.eye(13) * 100.0, degree=5)
    assert smooth.chi_square < 13 < rough.chi_square and rough.freedom == 7
    assert rough.margin(0.5) > 4 * smooth.margin(0.5)


def test_few_ratings_take_a_line() -> None:
    curve = fit_curve(np.array([0.0, 1.0]), np.array([100.0, 300.0]), np.eye(2), degree=5)
    assert curve(0.5) == pytest.approx(200.0) and curve.freedom == 0

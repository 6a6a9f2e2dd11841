"""The likelihood's derivatives, and Newton's method on it."""

from __future__ import annotations

import numpy as np
import pytest

from tessera.ratings.newton import Matches, maximise


def test_gradient_and_information_are_derivatives():
    rng = np.random.default_rng(3)
    first, second = np.array([0, 1, 2, 3, 0, 3]), np.array([1, 2, 0, 1, 3, 3])
    colour, weight = np.array([1.0, 1, 0, 1, 1, 1]), rng.uniform(1, 9, 6)
    matches = Matches(first, second, colour, weight, weight * rng.random(6))
    x, h = rng.normal(size=5), 1e-5
    for k, unit in enumerate(np.eye(5) * h):
        slope = (matches.log_likelihood(x + unit) - matches.log_likelihood(x - unit)) / (2 * h)
        assert matches.gradient(x)[k] == pytest.approx(slope, abs=1e-6)
        bend = (matches.gradient(x + unit) - matches.gradient(x - unit)) / (2 * h)
        assert -matches.information(x)[k] == pytest.approx(bend, abs=1e-6)


def test_variance_never_vanishes():
    matches = Matches(np.array([0]), np.array([1]), np.zeros(1), np.ones(1), np.ones(1))
    for nats in (0.0, 3.0, 40.0, 2000.0):
        p, v = matches.expected(np.array([nats, 0, 0]))[0], matches.variance(np.array([nats, 0, 0]))[0]
        assert v > 0 and v == pytest.approx(p * (1 - p), abs=1e-12)


@pytest.mark.parametrize("start", [0.0, 25.0, -60.0])
def test_the_maximum_is_found_from_afar(start):
    """Three wins in four: ln 3, with variance 1 / (4 x 3/16)."""
    matches = Matches(np.array([0]), np.array([1]), np.zeros(1), np.array([4.0]), np.array([3.0]))
    x, covariance = maximise(matches, np.array([start, 0.0, 0.0]), np.array([True, False, False]))
    assert x == pytest.approx([np.log(3), 0, 0], abs=1e-12)
    assert covariance == pytest.approx(np.diag([16 / 12, 0, 0]))


def test_nothing_free_is_nothing_to_do():
    matches = Matches(np.array([0]), np.array([1]), np.zeros(1), np.ones(1), np.ones(1))
    x, covariance = maximise(matches, np.array([1.0, 2.0, 3.0]), np.zeros(3, dtype=bool))
    assert x.tolist() == [1, 2, 3] and not covariance.any()

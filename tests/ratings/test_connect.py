"""Components, and Ford's condition with and without a first player's advantage."""

from __future__ import annotations

import numpy as np
import pytest

from tessera.ratings.connect import advantage_is_finite, components, strong_components
from tessera.ratings.newton import Matches


@pytest.mark.parametrize(
    ("n", "edges", "groups"),
    [
        (0, [], ()),
        (3, [], ((0,), (1,), (2,))),
        (5, [(3, 0), (1, 4), (4, 2)], ((0, 3), (1, 2, 4))),
        (4, [(0, 1), (1, 2), (2, 3)], ((0, 1, 2, 3),)),
    ],
)
def test_components(n, edges, groups):
    assert components(n, edges) == groups


@pytest.mark.parametrize(
    ("beats", "groups"),
    [
        ([(0, 1), (1, 2), (2, 0)], ((0, 1, 2),)),
        ([(0, 1), (1, 2), (0, 2)], ((0,), (1,), (2,))),
        ([(0, 1), (1, 0), (1, 2)], ((0, 1), (2,))),
    ],
)
def test_strong_components(beats, groups):
    assert strong_components(3, beats) == groups


@pytest.mark.parametrize(
    ("as_first", "as_second", "ties", "finite"),
    [
        ([(0, 1), (1, 0)], [(0, 1), (1, 0)], [], True),
        ([(0, 1)], [(0, 1)], [], False),  # always the same colours: strength and advantage are one
        ([(0, 1)], [(0, 1)], [(0, 1)], True),  # unless their strengths are given
        ([(0, 1), (1, 0)], [], [], False),  # the first player always wins
        ([(0, 1), (1, 0)], [(0, 1)], [], False),  # as Black 1 never loses, and 0 can be as much weaker
        ([(0, 1), (1, 2), (2, 0)], [(0, 1), (1, 2), (2, 0)], [], True),  # round a circle: strengths cancel
    ],
)
def test_advantage(as_first, as_second, ties, finite):
    assert advantage_is_finite(3, as_first, as_second, ties) is finite


def test_the_condition_is_whether_likelihood_has_a_peak():
    """Random small leagues: where the condition holds, walking 60 nats away loses in every direction tried, else not.

    The directions are the vertices that a failing condition could grow along: strengths -2..2 and an advantage.
    """
    rng, grid = np.random.default_rng(1), np.array(np.meshgrid(*[range(-2, 3)] * 3)).reshape(3, -1).T
    directions = np.array([[0, *d] for d in grid if d.any()], dtype=float)
    seen = set()
    for _ in range(200):
        size = int(rng.integers(2, 9))
        first = rng.integers(0, 3, size)
        second = (first + rng.integers(1, 3, size)) % 3
        score = rng.integers(0, 3, size) / 2
        matches = Matches(first, second, np.ones(size), np.ones(size), score)
        here = matches.log_likelihood(np.zeros(4))
        peak = all(matches.log_likelihood(60 * d) < here - 1e-9 for d in directions)
        as_first, as_second = (list(zip(first[k], second[k], strict=True)) for k in (score > 0, score < 1))
        beats = [*as_first, *((j, i) for i, j in as_second)]
        holds = len(strong_components(3, beats)) == 1 and advantage_is_finite(3, as_first, as_second)
        assert holds == peak
        seen.add(holds)
    assert seen == {True, False}

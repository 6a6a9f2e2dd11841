"""Sequential halving: the plan of visits at a Gumbel root."""

from __future__ import annotations

import pytest

from tessera.search.seq_halving import considered_visits, schedule


@pytest.mark.parametrize(
    ("actions", "simulations", "plan"),
    [
        (1, 4, [0, 1, 2, 3]),
        (0, 2, [0, 1]),
        (2, 5, [0, 0, 1, 1, 2]),
        (4, 8, [0, 0, 0, 0, 1, 1, 2, 2]),
        (4, 3, [0, 0, 0]),
        (8, 24, [0] * 8 + [1] * 4 + [2] * 4 + [3] * 2 + [4] * 2 + [5] * 2 + [6] * 2),
    ],
)
def test_plan(actions: int, simulations: int, plan: list[int]) -> None:
    assert considered_visits(actions, simulations) == plan


@pytest.mark.parametrize("simulations", [1, 7, 16, 64, 200])
def test_every_plan_can_be_followed(simulations: int) -> None:
    """Each entry names a visit count that some action has by then."""
    for actions, row in enumerate(schedule(32, simulations)):
        visits = [0] * max(1, actions)
        for wanted in row:
            visits[visits.index(wanted)] += 1
        assert sum(visits) == simulations

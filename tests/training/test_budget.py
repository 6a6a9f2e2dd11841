"""Budgets and the time that is left."""

from __future__ import annotations

from typing import Any

import pytest

from tessera.memory.device import device_memory
from tessera.memory.process import resident_bytes
from tessera.nn.allocator import give_back_freed_memory
from tessera.training.budget import WINDOW_SECONDS, Pace, Spent, over
from tessera.training.config import RunConfig


@pytest.mark.parametrize(
    ("budgets", "spent", "ended"),
    [
        ({}, Spent(1e9, 1e9, 10**9), ""),
        ({"minutes": 2.0}, Spent(119.9, 500.0, 9), ""),
        ({"minutes": 2.0}, Spent(120.0, 0.0, 0), "2 minutes are over"),
        ({"cpu_minutes": 1.5}, Spent(500.0, 89.9, 9), ""),
        ({"cpu_minutes": 1.5}, Spent(100.0, 90.0, 9), "1.5 minutes of CPU time are over"),
        ({"games": 10, "minutes": 2.0}, Spent(1.0, 1.0, 12), "12 games are played"),
        ({"minutes": 0.0}, Spent(), "0 minutes are over"),
    ],
)
def test_the_first_budget_that_is_used_up_ends_a_run(budgets: dict[str, Any], spent: Spent, ended: str) -> None:
    assert over(RunConfig(**budgets), spent) == ended


@pytest.mark.parametrize(
    ("budgets", "eta"),
    [
        ({}, None),
        ({"minutes": 2.0}, 100.0),
        ({"cpu_minutes": 1.0}, 100.0),
        ({"games": 100}, 30.0),
        ({"minutes": 2.0, "cpu_minutes": 1.0, "games": 100}, 30.0),
        ({"minutes": 0.1}, 0.0),
    ],
)
def test_time_left_is_that_of_the_first_budget(budgets: dict[str, Any], eta: float | None) -> None:
    pace = Pace(Spent())
    pace.add(Spent(seconds=20.0, cpu_seconds=10.0, games=40, moves=400))
    assert pace.eta(RunConfig(**budgets)) == eta


def test_without_a_game_yet_nobody_knows() -> None:
    pace = Pace(Spent())
    assert pace.eta(RunConfig(games=10)) is None and pace.per_second("games") == 0.0
    pace.add(Spent(seconds=20.0, cpu_seconds=10.0))
    assert pace.eta(RunConfig(games=10)) is None
    assert pace.eta(RunConfig(games=10, minutes=1.0)) == 40.0


def test_rates_are_those_of_late() -> None:
    pace = Pace(Spent())
    for step in range(1, 101):
        pace.add(Spent(seconds=10.0 * step, games=step if step <= 50 else 50 + 7 * (step - 50)))
    assert pace.per_second("games") == pytest.approx(0.7)
    assert len(pace._marks) == WINDOW_SECONDS / 10 + 1, "no more is kept than is looked at"


def test_memory_is_what_the_process_holds() -> None:
    give_back_freed_memory()  # else the block may lie where an earlier test's tensors were
    before = resident_bytes()
    block = bytearray(b"x") * 50_000_000
    assert resident_bytes() - before > 40_000_000
    del block
    reading = device_memory()
    assert reading is None or reading.allocated == 0, "no tensor of these tests is on a GPU"

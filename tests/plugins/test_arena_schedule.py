"""Which game a worker plays next."""

from __future__ import annotations

from tessera.interfaces.arbiter import Opening, Task
from tessera_arena.schedule import Schedule, pair_of


def task(number: int, black: str, white: str) -> Task:
    return Task(number, black, white, Opening("o"))


def test_a_pair_is_the_same_with_colours_swapped() -> None:
    assert pair_of(task(1, "b", "a")) == pair_of(task(2, "a", "b")) == ("a", "b")


def test_a_worker_stays_with_its_pair_and_workers_spread() -> None:
    games = [task(n, "a", "b") for n in range(3)] + [task(n, "c", "a") for n in range(3, 5)]
    schedule = Schedule(games)
    first = schedule.next(None)
    second = schedule.next(None)
    assert first is not None and second is not None
    assert (pair_of(first), pair_of(second)) == (("a", "b"), ("a", "c"))
    assert [schedule.next(("a", "b")), schedule.next(("a", "c"))] == [games[1], games[4]]
    assert schedule.next(("a", "c")) == games[2], "a free worker helps out"
    assert schedule.next(("a", "b")) is None

"""The plugin `tessera_arena`: its arbiter keeps the contract, between fakes, GNU Go and our own program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tessera.interfaces.arbiter import VOID, Entrant, Opening, Task
from tessera.plugins import build_manager
from tessera.rules.coords import BLACK, WHITE
from tessera.testing.arbiters import check_arbiter
from tests.match.engines import fake_command
from tests.match.scripted import context_of

OPENING = Opening("corner", ((BLACK, 12), (WHITE, 2)))
FAKE = Entrant("fake", "engine", {"command": fake_command(moves=3)})
UNIFORM = Entrant("uniform", "tessera", {"player": "random"})


def tasks(black: str, white: str, count: int = 2) -> list[Task]:
    return [Task(n, *((black, white) if n % 2 == 0 else (white, black)), OPENING) for n in range(count)]


def test_it_is_registered() -> None:
    manager = build_manager()
    spec = manager.arbiters["gtp"]
    assert spec.priority == 0
    assert spec.accepts(FAKE, UNIFORM, manager) and spec.accepts(UNIFORM, UNIFORM, manager)


def test_between_fakes(tmp_path: Path) -> None:
    bad = Entrant("bad", "engine", {"command": fake_command("crash", after=2)})
    other = Entrant("other", "engine", {"command": fake_command(dead="", moves=2), "setup": ["komi 3"]})
    context = context_of(tmp_path, FAKE, other, bad, concurrency=2)
    games = [*tasks("fake", "other", 4), Task(4, "bad", "fake", OPENING), Task(5, "other", "bad", OPENING, attempt=2)]
    records = check_arbiter(build_manager().arbiters["gtp"], context=context, tasks=games)
    assert sorted((r.number, r.culprit) for r in records if r.result == VOID) == [(4, "bad"), (5, "bad")]


@pytest.mark.gnugo
def test_gnugo_against_a_fake(tmp_path: Path) -> None:
    """By profile, with an override; a seed makes a game what it was, whatever was played before it."""
    settings = {"profile": "gnugo", "settings": {"level": 1}}
    gnugo = Entrant("gnugo-1", "engine", settings)
    context = context_of(tmp_path, gnugo, FAKE, seed=3)
    spec = build_manager().arbiters["gtp"]
    records = check_arbiter(spec, context=context, tasks=tasks("gnugo-1", "fake", 4))
    assert [record.result[0] for record in records] == ["B", "W", "B", "W"]
    assert "--level 1" in (tmp_path / "gnugo-1.log").read_text()
    (again,) = check_arbiter(spec, context=context, tasks=tasks("gnugo-1", "fake", 4)[2:3])
    assert again.moves == records[2].moves


@pytest.mark.gnugo
def test_two_gnugos_agree_about_dead_stones(tmp_path: Path) -> None:
    def settings(level: int) -> dict[str, object]:
        return {"profile": "gnugo", "settings": {"level": level}, "setup": ["komi 0"]}

    context = context_of(tmp_path, Entrant("a", "engine", settings(1)), Entrant("b", "engine", settings(2)))
    (record,) = check_arbiter(build_manager().arbiters["gtp"], context=context, tasks=tasks("a", "b", 1))
    assert record.note == "dead stones agreed" or record.result.endswith("+R")


@pytest.mark.timeout(120)
def test_our_own_program_against_a_fake(tmp_path: Path) -> None:
    """Seconds of start-up for torch, once for both games."""
    context = context_of(tmp_path, UNIFORM, FAKE, patience=60, rules="aga")
    records = check_arbiter(build_manager().arbiters["gtp"], context=context, tasks=tasks("uniform", "fake"))
    assert all(record.result != VOID for record in records), records
    assert (tmp_path / "uniform.log").read_text().count("--- ") == 1

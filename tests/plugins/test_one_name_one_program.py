"""A league may play a pair by either arbiter: what plays under a name is one program, move for move."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from tessera.interfaces.arbiter import ArbiterContext, Entrant, GameRecord, Opening, Task
from tessera.plugins import build_manager
from tessera.rules.ruleset import PRESETS

NETWORK = {"evaluator": "torch", "device": "cpu"}
ENTRANTS = {
    "random": Entrant("random", "tessera", {"player": "random"}),
    "policy": Entrant("policy", "tessera", {"player": "policy", **NETWORK}),
    "drawn": Entrant("drawn", "tessera", {"player": "policy", "set": {"temperature": 1.0}, **NETWORK}),
    "search": Entrant("search", "tessera", {"visits": 12, **NETWORK}),
}
OPENINGS = [Opening("a", ((1, 12),)), Opening("b", ((1, 6), (2, 8))), Opening("c")]


def context_of(folder: Path, **changes: Any) -> ArbiterContext:
    context = ArbiterContext(
        entrants=ENTRANTS,
        size=5,
        rules=PRESETS["chinese-kgs"],
        komi=0.5,
        logs=folder,
        seed=3,
        manager=build_manager(),
    )
    return dataclasses.replace(context, **changes)


def tasks(*pairs: tuple[str, str]) -> list[Task]:
    games = [(*colors, opening) for a, b in pairs for opening in OPENINGS for colors in ((a, b), (b, a))]
    return [Task(number, *game) for number, game in enumerate(games, 1)]


def play(arbiter: str, context: ArbiterContext, games: list[Task]) -> dict[int, GameRecord]:
    spec = context.manager.arbiters[arbiter]
    playing = spec.build(context, **spec.defaults)
    try:
        return {record.number: record for record in playing.play(games)}
    finally:
        playing.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["random", "policy", "drawn", "search"])
def test_both_arbiters_play_the_same_games(tmp_path: Path, name: str) -> None:
    """Same seeds, same moves, whether alone in a process, with its tree and its stream of numbers, or in a batch."""
    context = context_of(tmp_path)
    games = tasks((name, "random" if name != "random" else "drawn"))
    batched, single = play("self", context, games), play("gtp", context, games)
    assert {n: r.moves for n, r in batched.items()} == {n: r.moves for n, r in single.items()}
    assert [batched[n].result for n in sorted(batched)] == [single[n].result for n in sorted(single)]

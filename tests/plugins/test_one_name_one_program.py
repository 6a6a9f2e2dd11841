"""A league may play a pair by either arbiter: what plays under a name is one program, move for move."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tessera.errors import BadValue
from tessera.interfaces.arbiter import ArbiterContext, Entrant, GameRecord, Opening, Task
from tessera.interfaces.player import PLAYED_OUT, Limits, PlayerSpec
from tessera.league.openings import random_moves
from tessera.players.search import SearchPlayer
from tessera.plugins import build_manager
from tessera.rules.coords import WHITE
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS
from tessera.settings import NoSettings
from tests.search.worlds import Hashed

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
    playing = spec.build(context, spec.settings())
    try:
        return {record.number: record for record in playing.play(games)}
    finally:
        playing.close()


class Last:
    """A plugin's player: the last legal point, in any number of games."""

    name = "last"

    def begin(self, slot: int, seed: int) -> None:
        pass

    def play(self, slots: Sequence[int], games: Sequence[Game], limits: Limits, **rest: Any) -> list[int]:
        legal = [np.flatnonzero(game.legal_mask()[:-1]) for game in games]
        return [int(points[-1]) if len(points) else game.points for points, game in zip(legal, games, strict=True)]

    def close(self) -> None:
        pass


def test_a_plugins_player_plays_in_a_batch(tmp_path: Path) -> None:
    manager = build_manager()
    manager.players["last"] = PlayerSpec(
        "last", "the last point", NoSettings, lambda *_: None, build_batch=lambda *_: Last()
    )  # type: ignore[arg-type, return-value]
    entrants = {**ENTRANTS, "mine": Entrant("mine", "tessera", {"player": "last"})}
    context = context_of(tmp_path, entrants=entrants, manager=manager)
    assert manager.arbiters["self"].accepts(entrants["mine"], entrants["random"], manager)
    records = play("self", context, tasks(("mine", "random")))
    assert len(records) == 6
    first = {record.black: record.moves[1] for record in records.values() if record.opening == "a"}
    assert first["random"] == (WHITE, 24)


def test_a_player_that_plays_one_game_at_a_time_is_not_for_the_batch(tmp_path: Path) -> None:
    manager = build_manager()
    manager.players["single"] = PlayerSpec("single", "one game", NoSettings, lambda *_: None)  # type: ignore[arg-type, return-value]
    entrants = {**ENTRANTS, "mine": Entrant("mine", "tessera", {"player": "single"})}
    context = context_of(tmp_path, entrants=entrants, manager=manager)
    assert not manager.arbiters["self"].accepts(entrants["mine"], entrants["random"], manager)
    with pytest.raises(BadValue, match="one that plays many games at once: search, policy, random"):
        play("self", context, tasks(("mine", "random")))


@pytest.mark.parametrize("visits", [40, 100])
def test_a_search_of_many_games_is_many_searches_of_one(visits: int) -> None:
    """Trees are kept, ended early and told which stones are dead in each game as in a game alone, leaves and all."""
    players = [SearchPlayer(Hashed(5), seed=seed) for seed in (1, 2, 3)]
    together = SearchPlayer(Hashed(5), games=3)
    alone, batch = ([Game(5, komi=komi) for komi in (0.5, 3.5, 6.5)] for _ in range(2))
    for slot, player in enumerate(players):
        player.begin(0, slot + 7)
        together.begin(slot, slot + 7)
    while going := [i for i in range(3) if not alone[i].is_over and len(alone[i].moves) < 60]:
        points = together.play(going, [batch[i] for i in going], Limits(visits=visits))
        for i, point in zip(going, points, strict=True):
            single = players[i].choose(alone[i], alone[i].to_play, Limits(visits=visits), options=PLAYED_OUT).point
            assert single == point
            alone[i].play(alone[i].to_play, single)
            batch[i].play(batch[i].to_play, point)
    assert len({len(game.moves) for game in alone}) > 1, "some games go on without the others"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["random", "policy", "drawn", "search"])
def test_both_arbiters_play_the_same_games(tmp_path: Path, name: str) -> None:
    """Same seeds, same moves, whether alone in a process, with its tree and its stream of numbers, or in a batch."""
    context = context_of(tmp_path)
    games = tasks((name, "random" if name != "random" else "drawn"))
    batched, single = play("self", context, games), play("gtp", context, games)
    assert {n: r.moves for n, r in batched.items()} == {n: r.moves for n, r in single.items()}
    assert [batched[n].result for n in sorted(batched)] == [single[n].result for n in sorted(single)]


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_games_of_the_length_people_play_are_the_same_too(tmp_path: Path) -> None:
    """9x9 at 32 visits, 20 games. A network's sums depend on the size of its batch in the last digits, so that once in
    some thousand visits another leaf may come out ahead: nearly all games are the same to the last move."""
    search = Entrant("search", "tessera", {"visits": 32, **NETWORK})
    context = context_of(tmp_path, size=9, komi=7.0, entrants={**ENTRANTS, "search": search})
    openings = [Opening(str(i), random_moves(9, context.rules, 4, np.random.default_rng(i))) for i in range(10)]
    pairs = [("search", "drawn"), ("drawn", "search")]
    games = [Task(2 * i + j, *pair, opening) for i, opening in enumerate(openings) for j, pair in enumerate(pairs)]
    batched, single = play("self", context, games), play("gtp", context, games)
    same = sum(batched[n].moves == single[n].moves for n in batched)
    points = {
        name: [_points(record) for record in found.values()] for name, found in (("self", batched), ("gtp", single))
    }
    print(f"{same} of {len(games)} games the same; points of search: { ({n: sum(p) for n, p in points.items()}) }")
    assert same >= 0.8 * len(games)


def _points(record: GameRecord) -> float:
    won = record.result[0] == ("B" if record.black == "search" else "W")
    return 0.5 if record.result == "0" else float(won)

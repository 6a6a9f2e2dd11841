"""The batched arbiter: real records, reproducible, the same players whatever the batch."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tessera.interfaces.arbiter import ArbiterContext, Entrant, GameRecord, Opening, Task
from tessera.plugins import build_manager
from tessera.rules.ruleset import PRESETS
from tessera.testing import check_arbiter
from tessera_arena import accepts_own
from tessera_arena.settings import SelfSettings

ENTRANTS = {
    "random": Entrant("random", "tessera", {"player": "random"}),
    "policy": Entrant("policy", "tessera", {"player": "policy"}),
    "search": Entrant("search", "tessera", {"visits": 4}),
}


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ArbiterContext:
    return ArbiterContext(
        entrants=ENTRANTS,
        size=5,
        rules=PRESETS["chinese-kgs"],
        komi=0.5,
        logs=tmp_path_factory.mktemp("logs"),
        seed=3,
        manager=build_manager(),
    )


def tasks(*pairs: tuple[str, str]) -> list[Task]:
    """Each pair from four openings, the last two of another length."""
    openings = [
        Opening("a", ((1, 12),)),
        Opening("b", ((1, 6),)),
        Opening("c"),
        Opening("d", ((1, 0), (2, 24), (1, 4))),
    ]
    games = [(black, white, opening) for black, white in pairs for opening in openings]
    return [Task(number, *game) for number, game in enumerate(games, 1)]


def play(context: ArbiterContext, batch: int, games: list[Task]) -> dict[int, GameRecord]:
    arbiter = context.manager.arbiters["self"].build(context, SelfSettings(batch=batch))
    try:
        return {record.number: record for record in arbiter.play(games)}
    finally:
        arbiter.close()


def test_it_does_what_an_arbiter_has_to_do(context: ArbiterContext) -> None:
    games = tasks(("random", "policy"), ("policy", "random"), ("search", "random"), ("policy", "search"))
    records = check_arbiter(context.manager.arbiters["self"], context=context, tasks=games, settings={"batch": 3})
    assert all(record.result != "Void" and len(record.moves) > 4 for record in records)
    assert all(seconds > 0 for record in records for seconds in record.seconds)


def test_games_do_not_depend_on_their_company(context: ArbiterContext) -> None:
    """Without a random player a game is the same alone, in any batch, and in any slot."""
    games = tasks(("search", "policy"), ("policy", "search"))
    together, few = play(context, 8, games), play(context, 3, games)
    alone = play(context, 1, games[5:6])
    for one, other in [*zip(together.values(), [few[n] for n in together], strict=True), (together[6], alone[6])]:
        assert dataclasses.replace(one, seconds=(0, 0)) == dataclasses.replace(other, seconds=(0, 0))


def test_a_seed_repeats_the_random_player(context: ArbiterContext) -> None:
    games = tasks(("random", "policy"))
    moves = [[record.moves for record in play(context, 4, games).values()] for _ in range(2)]
    assert moves[0] == moves[1]
    other = play(dataclasses.replace(context, seed=4), 4, games)
    assert [record.moves for record in other.values()] != moves[0]


def test_search_beats_random(context: ArbiterContext) -> None:
    records = play(context, 8, tasks(("search", "random"), ("random", "search")))
    won = sum(record.result.startswith("B" if record.black == "search" else "W") for record in records.values())
    assert won >= 7


def test_stopping_in_the_middle(context: ArbiterContext) -> None:
    arbiter = context.manager.arbiters["self"].build(context, SelfSettings(batch=2))
    games = arbiter.play(tasks(("random", "policy")))
    assert next(games).number in (1, 2)
    games.close()
    arbiter.close()


@pytest.mark.parametrize(
    ("settings", "accepted"),
    [
        ({}, True),
        ({"player": "random"}, True),
        ({"visits": 8, "ckpt": "net.pth", "device": "cpu"}, True),
        ({"seconds": 1.0}, False),
        ({"level": 3}, False),
        ({"player": "mcts-of-a-plugin"}, False),
        ({"set": {"leaves": 1}}, True),
        ({"player": "policy", "set": {"temperature": 1.0}}, True),
    ],
)
def test_who_can_be_batched(settings: dict[str, object], accepted: bool) -> None:
    ours, manager = Entrant("x", "tessera", settings), build_manager()
    assert accepts_own(ours, ENTRANTS["random"], manager) == accepts_own(ENTRANTS["random"], ours, manager) == accepted
    assert not accepts_own(ENTRANTS["random"], Entrant("g", "engine", {"profile": "gnugo"}), manager)


def test_a_missing_checkpoint_is_told_before_the_first_game(context: ArbiterContext, tmp_path: Path) -> None:
    lost = {**ENTRANTS, "lost": Entrant("lost", "tessera", {"ckpt": str(tmp_path / "no.pth")})}
    arbiter = context.manager.arbiters["self"].build(dataclasses.replace(context, entrants=lost), SelfSettings(batch=2))
    with pytest.raises(Exception, match="no such file"):
        next(arbiter.play(tasks(("random", "lost"))))

"""Who plays whom: the four schedules, and the same games whatever was cut off where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tessera.interfaces.arbiter import VOID, GameRecord, Task
from tessera.league.config import LeagueConfig
from tessera.league.openings import OpeningBook
from tessera.league.schedule import SMALLEST_ROUND, pairs, plan, total
from tessera.league.standing import standing_of
from tests.league.fakes import Key, config_of, record_of


def planned(config: LeagueConfig, records: Sequence[GameRecord], *, reached: bool = False) -> list[Task]:
    return plan(config, records, standing_of(records), OpeningBook(config), lambda settled: reached)


def played(config: LeagueConfig, tasks: Sequence[Task], **changes: Any) -> list[GameRecord]:
    """Their records; who is void by whom may be told."""

    class Context:
        size, komi, rules = config.size, config.komi, config.ruleset

    return [replace(record_of(task, Context), **changes) for task in tasks]  # type: ignore[arg-type]


def key(game: Task | GameRecord) -> Key:
    opening = game.opening if isinstance(game, GameRecord) else game.opening.name
    return game.black, game.white, opening


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, "ab ac ad bc bd cd"),
        ({"schedule": "gauntlet", "challengers": ["c"]}, "ca cb cd"),
        ({"schedule": "gauntlet", "challengers": ["d", "a"]}, "db dc ab ac"),
        ({"schedule": "ladder", "neighbours": 1}, "ab bc cd"),
        ({"schedule": "ladder", "neighbours": 2}, "ab ac bc bd cd"),
        ({"schedule": "ladder", "neighbours": 9}, "ab ac ad bc bd cd"),
        ({"schedule": "adaptive"}, "ab ac ad bc bd cd"),
    ],
)
def test_pairs(keys: dict[str, Any], expected: str) -> None:
    assert ["".join(pair) for pair in pairs(config_of("a", "b", "c", "d", **keys))] == expected.split()


def test_every_opening_is_played_with_both_colours_by_every_pair() -> None:
    config = config_of(games=6)
    tasks = planned(config, [])
    assert len(tasks) == total(config) == 18
    assert [task.number for task in tasks] == list(range(1, 19))
    colors = Counter((frozenset((t.black, t.white)), t.opening.name) for t in tasks)
    assert set(colors.values()) == {2} and len(colors) == 9
    assert len({key(task) for task in tasks}) == 18
    assert {t.opening.name for t in tasks} == {"random 1-0", "random 1-1", "random 1-2"}
    assert {t.opening.moves for t in tasks if t.opening.name == "random 1-0"} == {OpeningBook(config)[0].moves}


def test_the_order_gives_every_pair_its_turn() -> None:
    tasks = planned(config_of(games=4), [])
    assert [t.black + t.white for t in tasks[:6]] == ["ab", "ba", "ac", "ca", "bc", "cb"]


@pytest.mark.parametrize("keys", [{}, {"openings": {"moves": 0}}, {"schedule": "ladder", "neighbours": 1}])
@pytest.mark.parametrize("cut", range(13))
def test_what_is_on_record_is_not_played_again(keys: dict[str, Any], cut: int) -> None:
    config = config_of(**keys)
    whole = planned(config, [])
    before = played(config, whole[cut % 3 : cut])  # not only the first ones
    rest = planned(config, before)
    assert {key(t) for t in rest} | {key(r) for r in before} == {key(t) for t in whole}
    assert not {key(t) for t in rest} & {key(r) for r in before}
    assert not {t.number for t in rest} & {r.number for r in before}


def test_a_longer_league_and_new_players_go_on() -> None:
    config = config_of("a", "b", games=2)
    before = played(config, planned(config, []))
    assert planned(config, before) == []
    rest = planned(config_of("a", "b", "c", games=4), before)
    assert len(rest) == 3 * 4 - 2 and rest[0].number == 3
    assert {key(t) for t in rest}.isdisjoint(key(r) for r in before)


def test_a_player_who_left_is_not_paired() -> None:
    config = config_of("a", "b", "c")
    before = played(config, planned(config, [])[:1], result=VOID, culprit="a")
    assert all("b" not in (t.black, t.white) for t in planned(config_of("a", "c"), before))


def test_replays_come_alone_under_their_old_number() -> None:
    config = config_of()
    tasks = planned(config, [])
    records = [
        *played(config, tasks[:3]),
        *played(config, tasks[3:5], result=VOID, culprit="c"),
        *played(config, [tasks[5]]),
    ]
    again = planned(config, records)
    assert [(t.number, t.attempt, key(t)) for t in again] == [(n, 2, key(tasks[n - 1])) for n in (4, 5)]


def test_stopped_players_are_left_out() -> None:
    config = config_of()
    first = planned(config, [])[0]
    records = played(config, [first, replace(first, attempt=2)], result=VOID, culprit="a")
    rest = planned(config, records)
    assert {t.black + t.white for t in rest} == {"bc", "cb"} and len(rest) == 4


def test_a_target_is_asked_for_between_rounds_only() -> None:
    config = config_of(games=100, target=50)  # 50 openings in 25 rounds
    round_ = planned(config, [])
    assert {t.opening.name for t in round_} == {"random 1-0", "random 1-1"} and len(round_) == 12
    first = played(config, round_)
    assert planned(config, first, reached=True) == []
    following = planned(config, first)
    assert {t.opening.name for t in following} == {"random 1-2", "random 1-3"}
    cut = [*first, *played(config, following[:5])]
    heard: list[int] = []

    def enough(records: Sequence[GameRecord]) -> bool:
        heard.append(len(records))
        return len(records) > len(first)

    rest = plan(config, cut, standing_of(cut), OpeningBook(config), enough)
    assert heard == [len(first)], "half a round would decide otherwise than an uninterrupted league did"
    assert [key(t) for t in rest] == [key(t) for t in following[5:]]


def test_adaptive_plays_pairs_within_its_budget() -> None:
    config = config_of("a", "b", "c", "d", schedule="adaptive", games=10)
    assert total(config) == 20
    records: list[GameRecord] = []
    sizes = []
    while tasks := planned(config, records):
        sizes.append(len(tasks))
        records += played(config, tasks)
    assert sizes == [2 * SMALLEST_ROUND, 2 * SMALLEST_ROUND, 20 - 4 * SMALLEST_ROUND]
    colors = Counter((frozenset((r.black, r.white)), r.opening) for r in records)
    assert set(colors.values()) == {2} and len({key(r) for r in records}) == 20


def test_adaptive_finishes_half_played_pairs_first_and_keeps_the_budget() -> None:
    config = config_of("a", "b", "c", "d", schedule="adaptive", games=10)
    records: list[GameRecord] = []
    while tasks := planned(config, records):
        records += played(config, tasks[::2])  # cut off so that a colour of every pair is missing
    assert len(records) == 20 == len({key(r) for r in records})
    colors = Counter((frozenset((r.black, r.white)), r.opening) for r in records)
    assert set(colors.values()) == {2}


@pytest.mark.parametrize("games", [2, 4, 6])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_adaptive_has_an_even_number_of_games(games: int, count: int) -> None:
    config = config_of(*"abcde"[:count], schedule="adaptive", games=games)
    assert total(config) % 2 == 0 and 0 <= count * games / 2 - total(config) <= 1


def test_adaptive_without_anybody_to_play() -> None:
    config = config_of("a", "b", schedule="adaptive")
    first = planned(config, [])[0]
    assert planned(config, played(config, [first, replace(first, attempt=2)], result=VOID, culprit="a")) == []
    assert planned(config, [], reached=True) == []


def test_adaptive_counts_no_games_of_players_who_left() -> None:
    config = config_of("a", "b", "c", schedule="adaptive", games=4)
    records: list[GameRecord] = []
    while tasks := planned(config, records):
        records += played(config, tasks)
    among = sum("c" not in (r.black, r.white) for r in records)
    smaller = config_of("a", "b", schedule="adaptive", games=4)
    assert len(planned(smaller, records)) == max(0, 4 - among)

"""Who is stopped, and when that is forgiven."""

from __future__ import annotations

from dataclasses import replace

from tessera.interfaces.arbiter import VOID, GameRecord
from tessera.league.standing import Standing, standing_of

GOOD = GameRecord(1, "a", "b", "B+R", (), 5, 0.5, "chinese-kgs", "o", (0.0, 0.0))
BAD = replace(GOOD, result=VOID, culprit="b", note="fell over")
KEY = ("a", "b", "o")


def test_a_finished_game() -> None:
    standing = standing_of([GOOD, replace(GOOD, number=4, black="b", white="a")])
    assert standing.finished == {KEY, ("b", "a", "o")} and standing.numbers == {1, 4}
    assert standing.finished_among(["a", "b"]) == 2 and standing.finished_among(["a", "c"]) == 0


def test_void_once_and_then_played() -> None:
    standing = standing_of([BAD])
    assert standing.void == {KEY: BAD} and standing.stopped == {}
    standing.add(replace(GOOD, attempt=2))
    assert standing.void == {} and standing.finished == {KEY}


def test_void_twice_stops_the_last_culprit() -> None:
    assert standing_of([BAD, replace(BAD, attempt=2)]).stopped == {"b": "fell over"}
    assert standing_of([BAD, replace(BAD, attempt=2, culprit="a", note="ran away")]).stopped == {"a": "ran away"}


def test_two_different_void_games_stop_nobody() -> None:
    assert standing_of([BAD, replace(BAD, number=2, opening="p")]).stopped == {}


def forgiven() -> Standing:
    standing = standing_of([BAD, replace(BAD, attempt=2)])
    standing.forgive()
    return standing


def test_forgiven_once() -> None:
    assert forgiven().stopped == {} and forgiven().void[KEY].attempt == 2


def test_forgiven_and_void_again_is_replayed_once_as_a_new_game_would_be() -> None:
    standing = forgiven()
    standing.add(replace(BAD, attempt=3))
    assert standing.stopped == {}
    standing.add(replace(BAD, attempt=4))
    assert standing.stopped == {"b": "fell over"}


def test_who_finished_the_game_after_all_is_stopped_no_more_in_later_runs_too() -> None:
    records = [BAD, replace(BAD, attempt=2), replace(GOOD, attempt=3)]
    assert standing_of(records).stopped == {}

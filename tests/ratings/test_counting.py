"""Which games count, and how results read."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tessera.errors import BadValue
from tessera.interfaces.arbiter import GameRecord
from tessera.ratings.counting import Pairs, black_score, counted, forfeited, rate

GAME = GameRecord(
    number=1, black="ann", white="bob", result="B+3.5", moves=(), size=9, komi=7.0, rules="chinese", opening="a",
    seconds=(1.0, 2.0),
)  # fmt: skip


@pytest.mark.parametrize(
    ("result", "score"), [("B+3.5", 1), ("B+R", 1), ("B+T", 1), ("W+12", 0), ("W+F", 0), ("0", 0.5)]
)
def test_black_score(result, score):
    assert black_score(result) == score


@pytest.mark.parametrize("result", ["Void", "", "?", "b+3", "Draw"])
def test_other_results_are_refused(result):
    with pytest.raises(BadValue, match="result"):
        black_score(result)


@pytest.mark.parametrize(
    ("result", "who"), [("B+F", "bob"), ("W+T", "ann"), ("W+R", ""), ("0", ""), ("B+3.5", ""), ("Void", "")]
)
def test_forfeits_are_the_losers(result, who):
    assert forfeited(replace(GAME, result=result)) == who


def test_a_replayed_number_counts_once_with_its_last_attempt_that_was_not_void():
    void, again = replace(GAME, result="Void", culprit="bob"), replace(GAME, result="W+R", attempt=2)
    assert counted([void, again]) == [again]
    assert counted([GAME, again]) == counted([again, GAME]) == [again]
    assert counted([again, replace(void, attempt=3)]) == [again]
    assert counted([void]) == []


def test_games_come_in_the_order_of_their_numbers():
    games = [replace(GAME, number=n) for n in (3, 1, 2)]
    assert [game.number for game in counted(games)] == [1, 2, 3]


@pytest.mark.parametrize("change", [{"black": "eve"}, {"white": "eve"}, {"opening": "b"}])
def test_a_number_means_one_task(change):
    with pytest.raises(BadValue, match="number: got 1"):
        counted([GAME, replace(GAME, **change)])


def pair(first, opening, as_black, as_white):
    """Two games of ann and bob from one opening, numbered from `first`."""
    game = replace(GAME, number=first, opening=opening, black="ann", white="bob", result=as_black)
    return [game, replace(game, number=first + 1, black="bob", white="ann", result=as_white)]


def points(records, player="ann"):
    pairs = Pairs(player, "ann" if player == "bob" else "bob")
    return [total for record in records for total in pairs.add(record)]


def test_pairs_are_one_opening_with_both_colours():
    records = [
        *pair(1, "both won", "B+1", "W+1"),
        *pair(3, "both lost", "W+1", "B+1"),
        *pair(5, "one each", "B+1", "B+R"),
        *pair(7, "drawn", "0", "0"),
        *pair(9, "win and draw", "0", "W+1"),
        *pair(11, "loss and draw", "W+1", "0"),
        replace(GAME, number=13, black="eve"),
        *pair(14, "after a game of others", "B+1", "W+1"),
        *pair(16, "no partner", "B+1", "B+1")[:1],
    ]
    assert points(records) == [2.0, 0.0, 1.0, 1.0, 1.5, 0.5, 2.0]
    assert points(records, "bob") == [0.0, 2.0, 1.0, 1.0, 0.5, 1.5, 0.0]


def test_pairs_come_in_the_order_of_their_numbers_whichever_ends_first():
    records = [each for k in range(6) for each in pair(2 * k + 1, f"o{k}", "B+1" if k % 2 else "W+1", "B+1")]
    in_order = points(records)
    for seed in range(20):
        shuffled = random.Random(seed).sample(records, len(records))
        assert points(shuffled) == in_order
    assert points(records[2:]) == [], "the first pair is missing"


def test_void_games_hold_pairs_up_until_they_are_replayed():
    one, other, *rest = [*pair(1, "a", "B+1", "W+1"), *pair(3, "b", "W+1", "B+1")]
    void = replace(one, result="Void", culprit="ann")
    assert points([void, other, *rest]) == []
    assert points([void, other, *rest, replace(one, attempt=2)]) == [2.0, 0.0]


def test_an_anchor_is_a_player():
    with pytest.raises(BadValue, match="anchor: got 'gnu', allowed: one of ann, bob"):
        rate([GAME], ["ann", "bob"], anchors={"gnu": 1800.0})

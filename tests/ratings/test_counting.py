"""Which games count, and how results read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tessera.errors import BadValue
from tessera.interfaces.arbiter import GameRecord
from tessera.ratings.counting import black_score, counted, forfeited, pair_counts, rate

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


def test_pairs_are_one_opening_with_both_colours():
    def games(opening, *results):
        # alternately with ann as Black and as White
        players = [{"black": "ann", "white": "bob"}, {"black": "bob", "white": "ann"}]
        return [replace(GAME, opening=opening, result=r, **players[k % 2]) for k, r in enumerate(results)]

    records = [
        *games("both won", "B+1", "W+1"),
        *games("both lost", "W+1", "B+1"),
        *games("one each", "B+1", "B+R"),
        *games("drawn", "0", "0"),
        *games("win and draw", "0", "W+1"),
        *games("loss and draw", "W+1", "0"),
        *games("no partner", "B+1"),
        *games("twice", "B+1", "W+1", "B+1", "W+1"),
        replace(GAME, black="eve"),
    ]
    assert pair_counts(records, "ann", "bob") == (1, 1, 2, 1, 3)
    assert pair_counts(records, "bob", "ann") == (3, 1, 2, 1, 1)


def test_an_anchor_is_a_player():
    with pytest.raises(BadValue, match="anchor: got 'gnu', allowed: one of ann, bob"):
        rate([GAME], ["ann", "bob"], anchors={"gnu": 1800.0})

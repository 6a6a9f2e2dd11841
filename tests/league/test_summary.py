"""What reports show, from records."""

from __future__ import annotations

import json
import math
import random

import pytest

from tessera.errors import BadValue
from tessera.interfaces.arbiter import GameRecord
from tessera.league.summary import summarise
from tessera.ratings.bradley_terry import fit

MOVES = ((1, 40), (2, 30), (1, 41), (2, 81), (1, 81))


def record(number, black, white, result, **changes):
    values = {"moves": ((1, number % 81), *MOVES), "seconds": (6.0, 1.0), "opening": "empty", **changes}
    return GameRecord(
        number=number, black=black, white=white, result=result, **{"size": 9, "komi": 7.0, "rules": "chinese", **values}
    )


RECORDS = [
    record(1, "ann", "bob", "B+3.5"),
    record(2, "bob", "ann", "W+R"),
    record(3, "ann", "bob", "W+T"),
    record(4, "bob", "ann", "0"),
    record(5, "bob", "eve", "B+F", moves=MOVES),
    record(6, "eve", "bob", "B+2", moves=MOVES),
    record(7, "eve", "bob", "Void", culprit="eve", note="crashed"),
    record(7, "eve", "bob", "W+1", attempt=2),
    record(8, "eve", "ann", "Void", culprit="eve", note="hung"),
]


def by_name(summary):
    return {row.name: row for row in summary.rows}


def test_rows_count_what_happened():
    summary = summarise(RECORDS, title="spring")
    ann, bob, eve = (by_name(summary)[name] for name in ("ann", "bob", "eve"))
    assert (summary.title, summary.size, summary.komi, summary.rules) == ("spring", 9, 7.0, "chinese")
    assert [(r.games, r.wins, r.draws, r.losses) for r in (ann, bob, eve)] == [(4, 2, 1, 1), (7, 3, 1, 3), (3, 1, 0, 2)]
    assert [r.score for r in (ann, bob, eve)] == pytest.approx([2.5 / 4, 3.5 / 7, 1 / 3])
    assert [(r.forfeits, r.voids) for r in (ann, bob, eve)] == [(1, 0), (0, 0), (1, 2)]
    assert ann.mean_moves == 6 and eve.mean_moves == pytest.approx((5 + 5 + 6) / 3)
    # Black moves 1, 1, 1 and the first of six; ann is Black twice and White twice: 2 x 4 + 2 x 2 moves.
    assert ann.seconds_per_move == pytest.approx((6 + 1 + 6 + 1) / 12)


def test_totals():
    summary = summarise(RECORDS)
    assert (summary.games, summary.unique_games, summary.duplicates, summary.voids) == (7, 6, 1, 2)
    assert summary.cross == {
        ("ann", "bob"): (2, 1, 1),
        ("bob", "ann"): (1, 1, 2),
        ("bob", "eve"): (2, 0, 1),
        ("eve", "bob"): (1, 0, 2),
    }
    assert summary.components == (tuple(row.name for row in summary.rows),)


def test_ratings_are_those_of_fit():
    summary = summarise(RECORDS, anchors={"bob": 1800.0})
    ratings = fit(
        ["ann", "bob", "eve"],
        [0, 1, 0, 1, 1, 2, 2],
        [1, 0, 1, 0, 2, 1, 1],
        [1, 0, 0, 0.5, 1, 1, 0],
        anchors={1: 1800.0},
    )
    for i, name in enumerate(ratings.players):
        row = by_name(summary)[name]
        assert (row.elo, row.low, row.high) == pytest.approx((ratings.elo[i], *ratings.interval(i)))
    bob = by_name(summary)["bob"]
    assert bob.anchored and (bob.elo, bob.low, bob.high) == (1800.0, 1800.0, 1800.0)
    assert summary.first_player == pytest.approx((ratings.first_player, *ratings.first_player_interval()))


def test_best_first_and_superiority_in_that_order():
    summary = summarise(RECORDS)
    assert [row.elo for row in summary.rows] == sorted((row.elo for row in summary.rows), reverse=True)
    assert sum(row.elo for row in summary.rows) == pytest.approx(0)
    assert summary.superiority.shape == (3, 3)
    assert all(summary.superiority[i, j] > 0.5 for i in range(3) for j in range(i + 1, 3))


def test_void_games_count_as_voids_only():
    voids = [record(n, "eve", "ann", "Void", culprit="eve") for n in range(20, 30)]
    one, other = summarise(RECORDS).as_dict(), summarise([*RECORDS, *voids]).as_dict()
    assert other.pop("voids") == one.pop("voids") + 10
    for row in [*one["rows"], *other["rows"]]:
        row.pop("voids")
    assert one == other


def test_nothing_played():
    assert summarise([]).rows == () and summarise([]).superiority.shape == (0, 0)
    summary = summarise([], players=["ann", "bob"], anchors={"bob": 1800.0})
    ann, bob = (by_name(summary)[name] for name in ("ann", "bob"))
    assert ann.low < 1000 and ann.high > 2600 and bob.anchored
    assert (ann.games, ann.score, ann.mean_moves, ann.seconds_per_move) == (0, 0.0, 0.0, 0.0)
    assert (summary.size, summary.games, summary.cross) == (0, 0, {})


def test_a_game_without_moves_costs_no_time():
    row = by_name(summarise([record(1, "ann", "bob", "B+F", moves=(), seconds=(0.0, 0.0))]))["ann"]
    assert (row.mean_moves, row.seconds_per_move) == (0.0, 0.0)


def test_players_without_games_in_common_are_listed_apart():
    records = [*RECORDS, record(11, "zoe", "yan", "B+1"), record(12, "yan", "zoe", "B+1")]
    summary = summarise(records, players=["new"])
    assert sorted(map(sorted, summary.components)) == [["ann", "bob", "eve"], ["new"], ["yan", "zoe"]]
    assert len(summary.rows) == 6
    tied = summarise(records, anchors={"zoe": 1500.0, "ann": 1800.0})
    assert len(tied.components) == 1, "two anchors give the difference that games do not"


def test_surprises_are_readable_lines():
    rng, records = random.Random(1), []

    def play(one, other, chance, games=60):
        for k in range(games):
            black, white = (one, other) if k % 2 else (other, one)
            winner = "B" if (rng.random() < chance) == (black == one) else "W"
            records.append(record(len(records), black, white, f"{winner}+R"))

    for one, other in (("a", "b"), ("b", "c"), ("c", "d"), ("a", "c"), ("b", "d")):
        play(one, other, 0.75)
    assert summarise(records).surprises == ()
    play("a", "d", 0.2)
    line = summarise(records).surprises[0]
    assert line.startswith("a scored ") and " of 60 against d, the ratings expect " in line and line.endswith(" sigma)")


def test_as_dict_is_json_without_nan():
    summary = summarise(RECORDS, title="spring", anchors={"ann": 1800.0}, players=["new"])
    plain = summary.as_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert set(plain) == set(vars(summary))
    assert plain["rows"][0]["name"] == summary.rows[0].name
    assert {"player": "ann", "opponent": "bob", "wins": 2, "draws": 1, "losses": 1} in plain["cross"]
    assert all(math.isfinite(p) for row in plain["superiority"] for p in row)


@pytest.mark.parametrize("change", [{"size": 13}, {"komi": 6.5}, {"rules": "japanese"}])
def test_games_under_other_conditions_are_refused(change):
    with pytest.raises(BadValue, match="records"):
        summarise([*RECORDS, record(20, "ann", "bob", "B+1", **change)])


def test_without_a_prior_unconnected_players_are_an_error():
    with pytest.raises(BadValue, match="new"):
        summarise(RECORDS, players=["new"], prior=0)

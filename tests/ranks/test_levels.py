"""What a level, a rank or an Elo asks of a player."""

from __future__ import annotations

import pytest

from tessera.errors import BadValue
from tessera.ranks.levels import LEVELS, SEARCHES, Source, Wanted, strength
from tests.ranks.tables import DIGEST, table

OWN = Source("net.pth", table(), "", table())
NONE = Source("net.pth", None, "net.pth has no rank table; tessera calibrate net.pth measures this one", table())


def test_a_rank_draws_at_the_temperature_measured_on_each_board() -> None:
    found = strength(Wanted(rank="13k"), OWN, size=9)
    assert (found.player, found.visits, found.notes) == ("policy", 1, ())
    assert found.temperatures == {9: 3.0, 13: 1.0} and found.temperature(11) == 3.0 and found.temperature(19) == 1.0
    assert found.settings == {"temperatures": {9: 3.0, 13: 1.0}}
    assert found.words == "rank 13k, about 1000 Elo, temperature 3"
    assert strength(Wanted(elo=1000.0), OWN, size=9).temperatures == found.temperatures


def test_out_of_reach_is_one_line_with_the_range() -> None:
    with pytest.raises(BadValue) as refused:
        strength(Wanted(rank="1d"), OWN, size=9)
    assert str(refused.value) == (
        "rank: got '1d', allowed: 20k to 5k (300 to 1800 Elo) on 9x9; net.pth reaches no more in one look"
    )
    with pytest.raises(BadValue, match=r"25k to 8k .* on 13x13"):
        strength(Wanted(elo=1700.0), OWN, size=13)
    with pytest.raises(BadValue, match=r"on 9x9; 25k to 8k .* on 13x13"):
        strength(Wanted(rank="1d"), OWN, size=None)


def test_without_a_size_it_is_held_within_the_boards_that_do_not_reach_it() -> None:
    found = strength(Wanted(rank="5k"), OWN, size=None)
    assert found.temperatures == {9: 0.0, 13: 0.0}
    assert found.notes == (
        "rank 5k is out of reach: 25k to 8k (-200 to 1500 Elo) on 13x13; the nearest is played there",
    )


def test_a_board_that_was_not_measured_is_told() -> None:
    assert "7x7 was not measured" in strength(Wanted(rank="13k"), OWN, size=7).notes[0]


def test_half_a_rank_beyond_the_end_is_the_rank() -> None:
    assert strength(Wanted(elo=1840.0), OWN, size=9).temperatures[9] == 0.0
    with pytest.raises(BadValue):
        strength(Wanted(elo=1860.0), OWN, size=9)


def test_a_network_without_a_table_has_levels_but_no_ranks() -> None:
    for wanted in (Wanted(rank="10k"), Wanted(elo=900.0)):
        with pytest.raises(BadValue, match="has no rank table; tessera calibrate"):
            strength(wanted, NONE, size=9)
    borrowed = strength(Wanted(level=3), NONE, size=9)
    assert borrowed.temperatures == strength(Wanted(level=3), OWN, size=9).temperatures
    assert "shipped network's temperatures: net.pth has no rank table" in borrowed.notes[0]


def test_levels_are_even_steps_below_the_favourite_and_then_search() -> None:
    drawn = [strength(Wanted(level=n), OWN, size=9) for n in range(1, 6)]
    assert [round(OWN.table.nearest(9).elo(each.temperatures[9])) for each in drawn if OWN.table] == [
        600, 900, 1200, 1500, 1800
    ]  # fmt: skip
    assert [strength(Wanted(level=n), None, size=None).visits for n in range(6, LEVELS + 1)] == list(SEARCHES)
    assert strength(Wanted(level=9), None, size=9).settings == {}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"level": 0}, "level: got 0, allowed: 1 to 10"),
        ({"level": 11}, "level: got 11, allowed: 1 to 10"),
        ({"level": 3, "rank": "5k"}, "level: got 3, allowed: one of level and rank"),
        ({"rank": "5x"}, "rank: got '5x'"),
        ({"elo": float("nan")}, "elo: got nan"),
    ],
)
def test_wrong_wishes(given: dict[str, object], words: str) -> None:
    with pytest.raises(BadValue, match=words):
        Wanted(**given)  # type: ignore[arg-type]


def test_no_wish_is_none() -> None:
    assert not Wanted() and Wanted(elo=0.0) and table().network == DIGEST

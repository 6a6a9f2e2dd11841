"""The rank table: between its rungs, as JSON, and from hands that are not ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tessera.errors import BadValue
from tessera.ranks.table import parse_table
from tests.ranks.tables import table


def test_json_gives_the_table_back() -> None:
    assert parse_table(json.loads(table().to_json()), "t") == table()


def test_between_two_rungs_strength_follows_the_openness() -> None:
    nine = table().nearest(9)
    assert nine.temperature(1000.0) == 3.0 and nine.temperature(1800.0) == 0.0 and nine.temperature(300.0) == 9.0
    # Half-way between 1 / (1 + 3) and 1 / (1 + 1).
    assert nine.temperature(1250.0) == pytest.approx(1 / 0.375 - 1, abs=1e-3)
    for elo in (300.0, 512.0, 1000.0, 1490.0, 1799.0):
        assert nine.elo(nine.temperature(elo)) == pytest.approx(elo, abs=0.5)
    assert nine.elo(100.0) == 300.0 and nine.elo(0.0) == 1800.0


def test_a_board_that_was_not_measured_takes_the_nearest() -> None:
    assert [table().nearest(size).size for size in (2, 9, 11, 12, 19)] == [9, 9, 9, 13, 13]


def test_what_is_no_table_is_refused_with_its_place() -> None:
    def broken(*path: Any, value: object) -> str:
        told = json.loads(table().to_json())
        at = told
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value
        with pytest.raises(BadValue) as refused:
            parse_table(told, "net.ranks.json")
        return str(refused.value)

    first = ("ladders", 0, "rungs", 0)
    for path, value in (
        (("network",), 7),
        (("ladders",), []),
        (("ladders",), {}),
        (("ladders", 0, "size"), 99),
        (("ladders", 0, "size"), 13),
        (("ladders", 0, "rungs"), [{}]),
        ((*first, "temperature"), -1.0),
        ((*first, "temperature"), 2.0),
        ((*first, "elo"), float("nan")),
        ((*first, "elo"), 1e9),
        ((*first, "elo"), 1100.0),
        ((*first, "more"), 1),
    ):
        assert broken(*path, value=value).startswith("net.ranks.json")
    with pytest.raises(BadValue):
        parse_table([], "t")

"""What is accepted as a query, and which field is blamed for what is not."""

from __future__ import annotations

from typing import Any

import pytest

from tessera.gtp.json_analysis.fields import QueryError
from tessera.gtp.json_analysis.query import Query, parse_query
from tessera.gtp.restrictions import Restriction
from tessera.rules.coords import parse_vertex

BASE: dict[str, Any] = {"id": "q", "moves": [], "rules": "chinese", "boardXSize": 9, "boardYSize": 9}


def parsed(**changes: Any) -> tuple[Query, list[tuple[str, str]]]:
    fields = {**BASE, **changes}
    return parse_query({k: v for k, v in fields.items() if v != "absent"}, perspective="BLACK")


def test_defaults() -> None:
    query, warnings = parsed()
    assert (query.size, query.komi, query.turns, query.priorities, query.first) == (9, 7.5, (0,), (0,), 1)
    assert (query.visits, query.seconds, query.interval, query.ownership) == (None, None, None, False)
    assert warnings == []


def test_what_katrain_sends() -> None:
    query, warnings = parsed(
        rules="japanese",
        priority=-99,
        analyzeTurns=[1, 2],
        maxVisits=25,
        komi=6.5,
        includeOwnership=True,
        includeMovesOwnership=True,
        includePolicy=True,
        initialStones=[],
        initialPlayer="B",
        moves=[["B", "D6"], ["W", "pass"]],
        overrideSettings={"reportAnalysisWinratesAs": "SIDETOMOVE", "wideRootNoise": 0.04, "maxTime": 8.0},
        reportDuringSearchEvery=1,
    )
    assert query.moves == ((1, parse_vertex("D6", 9)), (2, 81))
    assert (query.turns, query.priorities, query.visits, query.seconds) == ((1, 2), (-99, -99), 25, 8.0)
    assert (query.perspective, query.interval, query.policy) == ("SIDETOMOVE", 1.0, True)
    assert query.wide_root_noise == 0.04
    assert warnings == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"boardXSize": "absent"}, "boardXSize"),
        ({"boardXSize": 26}, "boardXSize"),
        ({"boardXSize": True}, "boardXSize"),
        ({"boardXSize": 9.5}, "boardXSize"),
        ({"boardYSize": 13}, "boardYSize"),
        ({"moves": "absent"}, "moves"),
        ({"moves": [["B"]]}, "moves"),
        ({"moves": [["R", "D4"]]}, "moves"),
        ({"moves": [["B", "Z4"]]}, "moves"),
        ({"moves": [["B", "(9,0)"]]}, "moves"),
        ({"moves": [["B", 5]]}, "moves"),
        ({"moves": [["B", "D4"], ["W", "D4"]]}, "moves"),
        ({"moves": 5}, "moves"),
        ({"moves": [["B", "pass"]] * 10_001}, "moves"),
        ({"initialStones": [["B", "D4"], ["W", "D4"]]}, "initialStones"),
        ({"initialStones": [["B", "pass"]]}, "initialStones"),
        ({"initialStones": [["B", "A1"], ["W", "A2"], ["W", "B1"]]}, "initialStones"),
        ({"initialPlayer": "x"}, "initialPlayer"),
        ({"rules": "absent"}, "rules"),
        ({"rules": "martian"}, "rules"),
        ({"rules": {"tax": "ALL"}}, "rules"),
        ({"rules": {"tax": "SEKI", "scoring": "AREA"}}, "rules"),
        ({"rules": {"tax": "SEKI"}}, "rules"),
        ({"rules": {"tax": "ALL", "scoring": "TERRITORY"}}, "rules"),
        ({"rules": {"hasButton": True}}, "rules"),
        ({"rules": "stone_scoring"}, "rules"),
        ({"rules": {"friendlyPassOk": 1}}, "rules"),
        ({"komi": 400.5}, "komi"),
        ({"analysisPVLen": 0}, "analysisPVLen"),
        ({"includePVVisits": 1}, "includePVVisits"),
        ({"includeNoResultValue": "yes"}, "includeNoResultValue"),
        ({"firstReportDuringSearchAfter": 0}, "firstReportDuringSearchAfter"),
        ({"avoidMoves": [], "allowMoves": []}, "allowMoves"),
        ({"allowMoves": [{"player": "B", "moves": ["D4"], "untilDepth": 1}] * 2}, "allowMoves"),
        ({"overrideSettings": {"wideRootNoise": -1}}, "wideRootNoise"),
        ({"overrideSettings": {"maxVisits": "many"}}, "maxVisits"),
        ({"komi": 1e300}, "komi"),
        ({"komi": 7.25}, "komi"),
        ({"komi": "7.5"}, "komi"),
        ({"analyzeTurns": [1]}, "analyzeTurns"),
        ({"analyzeTurns": [-1]}, "analyzeTurns"),
        ({"analyzeTurns": [True]}, "analyzeTurns"),
        ({"analyzeTurns": "all"}, "analyzeTurns"),
        ({"maxVisits": 0}, "maxVisits"),
        ({"maxVisits": 1.5}, "maxVisits"),
        ({"includeOwnership": 1}, "includeOwnership"),
        ({"reportDuringSearchEvery": 0}, "reportDuringSearchEvery"),
        ({"priority": "high"}, "priority"),
        ({"analyzeTurns": [0], "priorities": [1, 2]}, "priorities"),
        ({"avoidMoves": [{"player": "B", "moves": ["D4"]}]}, "avoidMoves"),
        ({"allowMoves": [{"player": "B", "moves": ["D44"], "untilDepth": 1}]}, "allowMoves"),
        ({"overrideSettings": []}, "overrideSettings"),
        ({"overrideSettings": {"reportAnalysisWinratesAs": "GREEN"}}, "reportAnalysisWinratesAs"),
    ],
)
def test_the_field_at_fault(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(QueryError) as caught:
        parsed(**changes)
    assert caught.value.field == field
    assert len(str(caught.value)) < 300


def test_unknown_fields_are_warned_about() -> None:
    warnings = parsed(friend=1, includeOwnershipStdev=True, includeMovesOwnershipStdev=False, includePVVisits=True)[1]
    assert [field for field, _ in warnings] == ["friend", "includeOwnershipStdev"]


def test_settings_that_we_have() -> None:
    query, warnings = parsed(
        overrideSettings={"maxVisits": 90, "maxPlayouts": 70, "maxTime": "2.5", "wideRootNoise": "0.1"}
        | {"analysisPVLen": 4, "playoutDoublingAdvantage": 0.0, "antiMirror": False, "rootNumSymmetriesToSample": 1}
    )
    assert (query.visits, query.seconds, query.wide_root_noise, query.pv_length) == (70, 2.5, 0.1, 4)
    assert warnings == []


def test_a_field_stands_before_the_same_setting() -> None:
    query, _ = parsed(maxVisits=5, analysisPVLen=1, overrideSettings={"maxVisits": 90, "analysisPVLen": 9})
    assert (query.visits, query.pv_length) == (5, 1)


@pytest.mark.parametrize(
    "settings",
    [
        {"cpuctExploration": 1.0},
        {"playoutDoublingAdvantage": 1.5},
        {"antiMirror": True},
        {"antiMirror": 0},
        {"playoutDoublingAdvantage": False},
        {"humanSLProfile": "rank_5k"},
        {"ignorePreRootHistory": True},
        {"rootNumSymmetriesToSample": 8},
    ],
)
def test_settings_that_we_have_not_are_warned_about(settings: dict[str, object]) -> None:
    (name,) = settings
    assert parsed(overrideSettings=settings)[1] == [("overrideSettings", f"Not supported here, ignored: {name}")]


@pytest.mark.parametrize(
    ("every", "first", "expected"),
    [(None, None, (None, None)), (2, None, (2, 2)), (2, 0.5, (2, 0.5)), (None, 0.5, (None, 0.5))],
)
def test_when_reports_come(every: float | None, first: float | None, expected: tuple[float | None, ...]) -> None:
    given = {"reportDuringSearchEvery": every, "firstReportDuringSearchAfter": first}
    query, _ = parsed(**{name: value for name, value in given.items() if value is not None})
    assert (query.interval, query.first_report) == expected


def test_restrictions() -> None:
    entries = [
        {"player": "W", "moves": ["A9", "pass"], "untilDepth": 4},
        {"player": "B", "moves": ["B9"], "untilDepth": 1},
    ]
    for name, only in (("avoidMoves", False), ("allowMoves", True)):
        query, warnings = parsed(**{name: entries})
        assert query.restrictions == (
            Restriction(2, frozenset({0, 81}), 4, only),
            Restriction(1, frozenset({1}), 1, only),
        )
        assert warnings == []


@pytest.mark.parametrize(
    "rules",
    [
        {"friendlyPassOk": True},
        {"friendlyPassOk": False, "tax": "NONE", "hasButton": False},
        {"scoring": "TERRITORY", "ko": "SIMPLE", "suicide": False, "whiteHandicapBonus": "0", "friendlyPassOk": True},
    ],
)
def test_rules_that_say_what_is_done_anyway(rules: dict[str, object]) -> None:
    assert [field for field, _ in parsed(rules=rules)[1] if field != "rules"] == []


def test_eyes_in_a_seki_are_no_points_of_territory() -> None:
    query, _ = parsed(rules={"scoring": "territory", "tax": "SEKI", "ko": "SIMPLE"})
    assert query.rules.scoring == "territory"
    assert query.rules.as_katago()["tax"] == "SEKI"


@pytest.mark.parametrize("size", [2, 9, 19, 25])
@pytest.mark.parametrize("komi", [-400, -150.5, 0, 399.5, 400])
def test_komi_as_far_as_katago_takes_it(size: int, komi: float) -> None:
    query, _ = parsed(boardXSize=size, boardYSize=size, komi=komi)
    assert query.position(0).komi == komi


@pytest.mark.parametrize(
    ("changes", "turn", "to_play", "stones"),
    [
        ({}, 0, 1, 0),
        ({"initialPlayer": "W"}, 0, 2, 0),
        ({"moves": [["W", "D4"]]}, 0, 2, 0),
        ({"moves": [["W", "D4"]]}, 1, 1, 1),
        ({"moves": [["B", "D4"], ["B", "E4"]]}, 1, 1, 1),
        ({"initialStones": [["B", "C3"], ["B", "G7"]], "initialPlayer": "W"}, 0, 2, 2),
        ({"initialStones": [["B", "C3"], ["W", "G7"]]}, 0, 1, 2),
        ({"moves": [["B", "(3,5)"]]}, 1, 2, 1),
    ],
)
def test_positions(changes: dict[str, Any], turn: int, to_play: int, stones: int) -> None:
    query, _ = parsed(**changes)
    game = query.position(turn)
    assert game.to_play == to_play
    assert int((game.stones > 0).sum()) == stones


def test_black_stones_before_the_game_are_a_handicap() -> None:
    query, _ = parsed(initialStones=[["B", "C3"], ["B", "G7"]])
    assert query.position(0).handicap == 2
    query, _ = parsed(initialStones=[["B", "C3"], ["B", "G7"]], whiteHandicapBonus="N-1")
    assert query.rules.bonus_for(2) == 1


def test_columns_and_rows_of_pairs_count_from_the_top_left() -> None:
    query, _ = parsed(moves=[["B", "(3,5)"]])
    assert query.moves[0][1] == parse_vertex("D4", 9)

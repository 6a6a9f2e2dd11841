"""The service on byte strings: answers, order, termination, views, and input that is no query."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tessera.errors import CheckpointError
from tessera.gtp.inbox import Inbox
from tessera.gtp.json_analysis.service import AnalysisService
from tessera.gtp.lazily import Lazy
from tessera.gtp.models import Model
from tessera.interfaces.player import Ban
from tests.gtp.fakes import FakePlayer

BASE: dict[str, Any] = {"moves": [], "rules": "chinese", "boardXSize": 5, "boardYSize": 5}


class Bench:
    """A service whose answers are kept as objects."""

    def __init__(self, player: FakePlayer | None = None, **options: Any) -> None:
        self.player = player or FakePlayer(winrates=[0.7] * 99, score=3.0, ownership=lambda game: [0.5] * 25)
        self.answers: list[dict[str, Any]] = []
        self.complaints: list[str] = []
        self.inbox = Inbox()
        self.service = AnalysisService(
            Lazy(lambda: self.player),
            write=lambda data: self.answers.append(json.loads(data)),
            complain=self.complaints.append,
            visits=50,
            **options,
        )

    def send(self, *queries: dict[str, Any] | bytes) -> None:
        for query in queries:
            self.inbox.feed((query if isinstance(query, bytes) else json.dumps(query).encode()) + b"\n")

    def run(self, *queries: dict[str, Any] | bytes) -> list[dict[str, Any]]:
        """All answers to queries that are followed by the end of input."""
        self.send(*queries)
        self.inbox.close()
        self.service.listen(self.inbox)
        self.service.work()
        return self.answers

    def start(self) -> list[threading.Thread]:
        threads = [
            threading.Thread(target=self.service.listen, args=(self.inbox,), daemon=True),
            threading.Thread(target=self.service.work, daemon=True),
        ]
        for thread in threads:
            thread.start()
        return threads


def wait(condition: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def query(id_: str, **fields: Any) -> dict[str, Any]:
    return {"id": id_, **BASE, **fields}


def test_an_answer_has_what_katrain_reads() -> None:
    (answer,) = Bench().run(
        query("a", moves=[["B", "C3"]], includeOwnership=True, includePolicy=True, includeMovesOwnership=True)
    )
    assert (answer["id"], answer["turnNumber"], answer["isDuringSearch"]) == ("a", 1, False)
    root = answer["rootInfo"]
    assert (root["visits"], root["winrate"], root["scoreLead"], root["currentPlayer"]) == (10, 0.3, -3.0, "W")
    first = answer["moveInfos"][0]
    assert (first["move"], first["order"], first["visits"], first["winrate"]) == ("A5", 0, 10, 0.3)
    assert first["lcb"] == pytest.approx(0.4)
    assert first["scoreLead"] == -3.0
    assert first["pv"] == ["A5", "pass"]
    assert first["ownership"] == answer["ownership"] == [0.5] * 25
    assert (first["edgeVisits"], first["weight"], first["scoreStdev"]) == (10, 10.0, 6.0)
    assert first["utility"] == pytest.approx(-0.4)
    assert first["utilityLcb"] == pytest.approx(-0.2)
    assert first["playSelectionValue"] == 4.5
    assert (root["rawWinrate"], root["rawLead"], root["scoreStdev"]) == (0.75, -1.5, 7.0)
    assert root["utility"] == pytest.approx(-0.4)
    assert not {"pvVisits", "noResultValue"} & first.keys()
    assert len(answer["policy"]) == 26
    assert answer["policy"][12] == -1


@pytest.mark.parametrize(
    ("view", "black_to_play", "winrate", "score", "owner"),
    [
        ("BLACK", True, 0.7, 3.0, 0.5),
        ("BLACK", False, 0.3, -3.0, 0.5),
        ("WHITE", True, 0.3, -3.0, -0.5),
        ("WHITE", False, 0.7, 3.0, -0.5),
        ("SIDETOMOVE", True, 0.7, 3.0, 0.5),
        ("SIDETOMOVE", False, 0.7, 3.0, -0.5),
    ],
)
def test_views(view: str, black_to_play: bool, winrate: float, score: float, owner: float) -> None:
    asked = query("a", initialPlayer="B" if black_to_play else "W", includeOwnership=True)
    for bench, changed in (
        (Bench(perspective=view), asked),
        (Bench(), {**asked, "overrideSettings": {"reportAnalysisWinratesAs": view}}),
    ):
        (answer,) = bench.run(changed)
        assert answer["rootInfo"]["winrate"] == winrate
        assert answer["moveInfos"][0]["scoreLead"] == score
        assert answer["ownership"][0] == owner


def test_lines_of_play_as_asked_for() -> None:
    (answer,) = Bench().run(query("a", includePVVisits=True, includeNoResultValue=True))
    first = answer["moveInfos"][0]
    assert (first["pv"], first["pvVisits"], first["pvEdgeVisits"]) == (["A5", "pass"], [10, 1], [10, 1])
    assert first["noResultValue"] == 0.0
    (answer,) = Bench().run(query("a", includePVVisits=True, analysisPVLen=1, moves=[]))
    assert len(answer["moveInfos"][0]["pv"]) == 2


def test_no_move_has_ownership_unless_asked_for() -> None:
    bench = Bench()
    (answer,) = bench.run(query("a", includeOwnership=True))
    assert not any("ownership" in entry for entry in answer["moveInfos"])
    assert not bench.player.asked[0][3].moves_ownership


def test_turns_and_priorities() -> None:
    moves = [["B", "C3"], ["W", "D4"]]
    answers = Bench().run(
        query("low", moves=moves, analyzeTurns=[0, 1, 2], priority=-1),
        query("mixed", moves=moves, analyzeTurns=[2, 0], priorities=[5, 7]),
        query("plain", moves=moves),
    )
    order = [(answer["id"], answer["turnNumber"]) for answer in answers]
    assert order == [("mixed", 0), ("mixed", 2), ("plain", 2), ("low", 0), ("low", 1), ("low", 2)]


def test_limits_and_restrictions_reach_the_player() -> None:
    bench = Bench()
    bench.run(
        query("a", maxVisits=7, overrideSettings={"maxTime": 2}),
        query("b", avoidMoves=[{"player": "B", "moves": ["A5", "B5"], "untilDepth": 3}]),
        query("c", allowMoves=[{"player": "B", "moves": ["C3"], "untilDepth": 1}]),
        query("d", avoidMoves=[{"player": "W", "moves": ["C3"], "untilDepth": 2}]),
        query("e", overrideSettings={"wideRootNoise": 0.04}),
    )
    (a, b, c, d, e) = bench.player.asked
    assert (a[2].visits, a[2].seconds, b[2].visits) == (7, 2.0, 50)
    assert (b[3].avoid, b[3].bans) == ((0, 1), (Ban(1, (0, 1), 3),))
    assert c[3].avoid == tuple(point for point in range(26) if point != 12)
    assert (d[3].avoid, d[3].bans) == ((), (Ban(2, (12,), 2),))
    assert (a[3].wide_root_noise, e[3].wide_root_noise) == (0.0, 0.04)
    assert not any(answer.get("warning") for answer in bench.answers)


def test_a_search_of_both_sides_may_be_kept_in_a_region() -> None:
    region = [{"player": side, "moves": ["C3", "D3"], "untilDepth": 3} for side in "BW"]
    bench = Bench()
    bench.run(query("a", allowMoves=region))
    options = bench.player.asked[0][3]
    elsewhere = tuple(point for point in range(26) if point not in (12, 13))
    assert options.avoid == elsewhere
    assert options.bans == (Ban(1, elsewhere, 3), Ban(2, elsewhere, 3))


@pytest.mark.parametrize(
    ("line", "error", "field"),
    [
        (b"nonsense", "Could not parse", None),
        (b"\xff\xfe", "Could not parse", None),
        (b"[" * 100_000, "Could not parse", None),
        (b'{"id":"a","x":NaN}', "Could not parse", None),
        (b'{"id":"a","action":"query_version","x":1e999}', "Could not parse", None),
        (b'{"id":"a","x":' + b"9" * 10_000 + b"}", "Could not parse", None),
        (b"[1]", "not a json object", None),
        (b"{}", "id", "id"),
        (b'{"id":5}', "id", "id"),
        (b'{"id":"a"}', "integer", "boardXSize"),
        (b'{"id":"a","action":"dance"}', "action", "action"),
        (b'{"id":"a","action":["terminate"]}', "action", "action"),
        (b'{"id":"a","action":"terminate"}', "string", "terminateId"),
        (b'{"id":"a","action":"terminate","terminateId":"b","turnNumbers":5}', "array", "turnNumbers"),
        (b"x" * 2_000_000, "line too long", None),
    ],
)
def test_lines_that_are_no_query(line: bytes, error: str, field: str | None) -> None:
    answers = Bench().run(line, b"", query("good"))
    assert error in answers[0]["error"]
    assert answers[0].get("field") == field
    assert answers[-1]["id"] == "good"
    assert len(answers) == 2


def test_a_move_that_is_not_left() -> None:
    allow = [{"player": "B", "moves": ["C3"], "untilDepth": 1}]
    answers = Bench().run(query("a", moves=[["B", "C3"], ["W", "D4"]], allowMoves=allow))
    assert answers == [{"error": "No move is left to consider", "field": "allowMoves", "id": "a"}]


def test_actions() -> None:
    answers = Bench().run(
        {"id": "v", "action": "query_version"},
        {"id": "c", "action": "clear_cache", "extra": 1},
        {"id": "t", "action": "terminate", "terminateId": "nothing"},
    )
    assert answers[0]["git_hash"] == "<omitted>"
    assert answers[0]["version"]
    assert answers[1:] == [
        {"id": "c", "action": "clear_cache", "extra": 1},
        {"id": "t", "action": "terminate", "terminateId": "nothing"},
    ]


MODEL = Model("net.pth", "resnet-0123456789ab", 8, 1)


def test_models() -> None:
    (answer,) = Bench(models=lambda: (MODEL,)).run({"id": "m", "action": "query_models"})
    assert answer == {
        "id": "m",
        "action": "query_models",
        "models": [
            {
                "name": "net.pth",
                "internalName": "resnet-0123456789ab",
                "maxBatchSize": 8,
                "usesHumanSLProfile": False,
                "version": 1,
                "usingFP16": "false",
            }
        ],
    }
    assert Bench().run({"id": "m", "action": "query_models"})[0]["models"] == []


def test_what_an_analysis_under_territory_rules_is_worth_is_said() -> None:
    warning, answer = Bench().run(query("a", rules="japanese"))
    assert (warning["id"], warning["field"]) == ("a", "rules")
    assert "the network learned area scoring" in warning["warning"]
    assert answer["moveInfos"]
    assert not any("warning" in answer for answer in Bench().run(query("a", rules="chinese")))


def test_every_query_is_searched_anew() -> None:
    bench = Bench()
    bench.run(query("a"), query("a"), query("b"))
    assert bench.player.asked_to_forget == 3


def test_the_first_report_and_the_others() -> None:
    bench = Bench(FakePlayer(slow=True))
    bench.start()
    bench.send(query("once", firstReportDuringSearchAfter=0.02, overrideSettings={"maxTime": 0.3}))
    wait(lambda: [answer for answer in bench.answers if not answer["isDuringSearch"]])
    assert [answer["isDuringSearch"] for answer in bench.answers] == [True, False]
    bench.send(query("soon", firstReportDuringSearchAfter=0.01, reportDuringSearchEvery=1000))
    wait(lambda: [answer for answer in bench.answers if answer["id"] == "soon"])
    bench.send({"id": "t", "action": "terminate_all"})
    bench.inbox.close()


def test_reports_during_the_search_and_termination() -> None:
    bench = Bench(FakePlayer(slow=True))
    bench.start()
    moves = [["B", "C3"], ["W", "D4"]]
    bench.send(query("run", reportDuringSearchEvery=0.02), query("wait", moves=moves, analyzeTurns=[0, 1, 2]))
    wait(lambda: len(bench.answers) >= 3)
    assert all(answer["isDuringSearch"] and answer["id"] == "run" for answer in bench.answers)
    bench.send({"id": "t1", "action": "terminate", "terminateId": "wait", "turnNumbers": [1, 2]})
    wait(lambda: [a for a in bench.answers if a.get("turnNumber") == 2])
    nothing = [answer for answer in bench.answers if answer.get("noResults")]
    assert nothing == [
        {"id": "wait", "isDuringSearch": False, "noResults": True, "turnNumber": turn} for turn in (1, 2)
    ]
    begun = time.monotonic()
    bench.send({"id": "t2", "action": "terminate", "terminateId": "run"})
    wait(lambda: [a for a in bench.answers if a["id"] == "run" and not a["isDuringSearch"]])
    assert time.monotonic() - begun < 0.5
    wait(bench.player.thinking.is_set)
    bench.send({"id": "t3", "action": "terminate_all"})
    wait(lambda: [a for a in bench.answers if a["id"] == "wait" and a.get("moveInfos")])
    bench.inbox.close()


def test_the_end_without_waiting() -> None:
    bench = Bench(FakePlayer(slow=True), wait_at_end=False)
    threads = bench.start()
    bench.send(query("a"), query("b"))
    wait(bench.player.thinking.is_set)
    bench.inbox.close()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    assert [answer["id"] for answer in bench.answers] == ["a"]


def test_a_player_that_fails_answers_and_goes_on() -> None:
    bench = Bench(FakePlayer(error=RuntimeError("out of luck")))
    answers = bench.run(query("a"), query("b"))
    assert [(answer["id"], answer["error"]) for answer in answers] == [
        (name, "internal error: RuntimeError: out of luck") for name in "ab"
    ]
    assert "Traceback" in bench.complaints[0]


def test_a_player_that_cannot_be_loaded_ends_the_work() -> None:
    def load() -> FakePlayer:
        raise CheckpointError("net.pth: damaged")

    service = AnalysisService(Lazy(load), write=lambda data: None, complain=lambda text: None, visits=1)
    with pytest.raises(CheckpointError):
        service.work()


def test_hashes_tell_positions_apart_but_not_symmetries() -> None:
    corner, other, same, turned = (
        Bench().run(query("a", moves=moves))[0]["rootInfo"]
        for moves in ([["B", "A1"]], [["B", "A2"]], [["B", "A1"]], [["B", "E5"]])
    )
    assert corner["thisHash"] == same["thisHash"] != turned["thisHash"]
    assert corner["symHash"] == turned["symHash"] != other["symHash"]

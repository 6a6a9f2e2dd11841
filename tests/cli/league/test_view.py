"""The live view of a league: rows from progress, with a clock of its own."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tessera.cli import output
from tessera.cli.league import run
from tessera.cli.league.view import LeagueView
from tessera.interfaces.arbiter import VOID, GameRecord, Opening, Task
from tessera.league.folder import LeagueFolder
from tessera.league.run import League, Progress
from tessera.league.summary import summarise
from tessera.plugins import build_manager
from tessera.ratings.sprt import Sprt, Trial
from tests.league.fakes import config_of


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def game(number: int, black: str, white: str, result: str = "B+1", **other: Any) -> GameRecord:
    return GameRecord(number, black, white, result, ((1, 0),) * number, 5, 0.5, "chinese", "empty", (0.1, 0.1), **other)


def task(number: int, black: str, white: str) -> Task:
    return Task(number, black, white, Opening("empty"))


def text(view: LeagueView, label: str) -> list[str]:
    return [words for name, words, _ in view.rows() if name == label]


def test_what_a_person_wants_to_know() -> None:
    clock, records = Clock(), [game(1, "a", "b")]
    going_on = [task(5, "a", "c"), task(6, "c", "a"), task(7, "b", "c")]
    view = LeagueView(lambda: going_on, clock=clock)

    def standing() -> Any:
        return summarise(records, players=["a", "b", "c"], anchors={"a": 1000})

    view.feed(Progress(1, 6, summary=standing))
    assert text(view, "games") == ["1 of 6"]
    assert text(view, "time") == ["0 s  ███░░░░░░░░░░░░░"]
    # A game of an earlier run says nothing about the pace of this one.
    assert text(view, "now") == ["a – c, 2 games", "b – c"]
    assert text(view, "pairs") == []
    records.append(game(2, "b", "a", "B+R"))
    clock.now += 60.0
    view.feed(Progress(2, 6, records[-1], summary=standing))
    assert text(view, "time") == ["1.0 min  █████░░░░░░░░░░░, about 4.0 min left"]
    assert text(view, "pairs") == ["a 1-1 b"]
    rows = {line.split()[1]: line for line in text(view, "standing")}
    assert "1000 anchor  50% of 2 games" in rows["a"]
    assert "±" in rows["b"] and rows["b"].endswith("50% of 2 games")
    assert rows["c"].split() == ["3", "c", "-", "of", "0", "games"]
    assert view.line().startswith("2 of 6; 1.0 min  █████░░░░░░░░░░░, about 4.0 min left; ")


def test_a_test_is_shown_and_no_time_left_is_guessed() -> None:
    clock = Clock()
    view = LeagueView(list, clock=clock)
    trial = Trial(Sprt(0, 35), "a", "b")
    view.feed(Progress(0, 400, trial=trial))
    clock.now += 60.0
    trial = trial.after([2.0] * 5)
    view.feed(Progress(10, 400, game(10, "a", "b"), trial=trial))
    assert text(view, "sprt") == trial.in_words()
    assert text(view, "sprt")[0].startswith("LLR +") and text(view, "games") == ["10 of at most 400"]
    assert "left" not in text(view, "time")[0]
    assert view.line().endswith("; " + trial.in_words()[0])


def test_voids_and_stopped_players_are_warnings() -> None:
    view = LeagueView(list, clock=Clock())
    record = game(1, "a", "b", VOID, culprit="b", note="fell over")
    view.feed(Progress(0, 4, record, "b", lambda: summarise([record])))
    assert [words for _, words, warning in view.rows() if warning] == [
        "game 1 is void by b: fell over",
        "b is stopped, for a game was void twice; --retry tries again",
    ]


def test_ratings_take_a_small_share_of_the_time_and_are_right_at_the_end() -> None:
    clock, computed = Clock(), 0

    def slow() -> Any:
        nonlocal computed
        computed += 1
        clock.now += 10.0
        return summarise([])

    view = LeagueView(list, clock=clock)
    view.feed(Progress(0, 100, summary=slow))
    for number in range(1, 101):
        clock.now += 1.0
        view.feed(Progress(number, 100, game(number, "a", "b"), summary=slow))
    assert computed <= 3


def test_a_league_says_which_games_are_going_on(tmp_path: Path) -> None:
    """Our own arbiter tells when a game begins; it is gone when its record is there."""
    seen: list[set[int]] = []
    finished: set[int] = set()
    league = League(config_of("a", "b"), LeagueFolder(tmp_path / "x"), build_manager())

    def hear(progress: Progress) -> None:
        finished.update([progress.record.number] if progress.record else [])
        seen.append({task.number for task in league.now})
        assert not seen[-1] & finished

    league.run(hear)
    assert [len(games) for games in seen] == [0, 3, 2, 1, 0]


def test_it_is_drawn_from_one_thread_at_a_time_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "TICK_SECONDS", 0.001)
    inside, drawn, ticked = threading.Lock(), 0, threading.Event()

    def draw() -> None:
        nonlocal drawn
        assert inside.acquire(blocking=False)
        drawn += 1
        if drawn > 20:
            ticked.set()
        inside.release()

    with run._ticking(draw) as redraw:
        while not ticked.wait(0.0):
            redraw()
    after = drawn
    assert not any("tick" in thread.name for thread in threading.enumerate())
    assert drawn == after


def test_names_are_not_markup() -> None:
    view = LeagueView(lambda: [task(1, "[bold]a", "b")], clock=Clock())
    console = Console(file=io.StringIO(), width=80)
    console.print(output._picture("league [x]", view.rows()))
    assert "[bold]a – b" in console.file.getvalue()  # type: ignore[attr-defined]

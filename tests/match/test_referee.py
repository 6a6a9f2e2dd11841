"""The referee: who wins, who is to blame, and what is asked of whom."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tessera.clock import canadian
from tessera.errors import EngineError, IllegalMove
from tessera.interfaces.arbiter import VOID, GameRecord, Opening, Task
from tessera.match.referee import play_game
from tessera.rules.coords import BLACK, WHITE, parse_vertex
from tessera.seeds import MAX_SEED, seed_of
from tests.match.scripted import CYCLE_BLACK, CYCLE_WHITE, TASK, Scripted, context_of

LINE = ["C1", "C2", "C3", "C4", "C5"]
"""Black's wall on 5x5; all of the board is Black's after it if White passes."""


def play(black: Scripted, white: Scripted, tmp_path: Path, *, task: Task = TASK, **options: object) -> GameRecord:
    return play_game(task, {BLACK: black, WHITE: white}, context_of(tmp_path, **options))


def test_a_finished_game_is_counted_by_us(tmp_path: Path) -> None:
    black, white = Scripted(LINE, dead=""), Scripted(dead="")
    record = play(black, white, tmp_path)
    assert (record.result, record.note, record.culprit) == ("B+24.5", "dead stones agreed", "")
    assert record.moves[0] == (BLACK, parse_vertex("C1", 5))
    assert record.moves[1] == (WHITE, 25)
    assert len(record.moves) == 2 * len(LINE) + 1
    assert (record.black, record.white) == ("anna", "bert")
    assert (record.size, record.komi, record.rules) == (5, 0.5, "chinese-kgs")
    assert black.heard[:3] == ["clear_board", "genmove b", "play w pass"]
    assert white.heard[:4] == ["clear_board", "play b C1", "genmove w", "play b C2"]


@pytest.mark.parametrize(
    ("black", "white", "result", "note"),
    [
        (["resign"], [], "W+R", ""),
        (["C3"], ["Resign"], "B+R", ""),
        (["C3"], ["c3"], "B+F", "bert: illegal move: white C3, the point is occupied"),
        (["A2", "B1"], ["pass", "A1"], "B+F", "bert: illegal move: white A1, suicide"),
    ],
)
def test_moves_that_end_a_game(black: list[str], white: list[str], result: str, note: str, tmp_path: Path) -> None:
    record = play(Scripted(black), Scripted(white), tmp_path)
    assert (record.result, record.note, record.culprit) == (result, note, "")


def test_superko_is_ours_even_if_both_engines_would_repeat(tmp_path: Path) -> None:
    """A ko is taken, and retaken at once."""
    black = Scripted(["C2", "B3", "C4", "D3"])
    white = Scripted(["D2", "E3", "D4", "C3", "C3"])
    record = play(black, white, tmp_path)
    assert record.result == "B+F" and "C3" in record.note


@pytest.mark.parametrize(
    ("black", "white", "culprit", "words"),
    [
        (Scripted(["banana"]), Scripted(), "anna", "'banana' is no move"),
        (Scripted(["T19"]), Scripted(), "anna", "'T19' is no move"),
        (Scripted(["C3"]), Scripted([""]), "bert", "'' is no move"),
        (Scripted([EngineError("gone")]), Scripted(), "anna", "gone"),
        (Scripted(["C3"]), Scripted(fails_at="play"), "bert", "play failed on two lines"),
        (Scripted(fails_at="clear_board"), Scripted(), "anna", "clear_board failed"),
    ],
)
def test_malfunctions_are_void(black: Scripted, white: Scripted, culprit: str, words: str, tmp_path: Path) -> None:
    record = play(black, white, tmp_path)
    assert (record.result, record.culprit) == (VOID, culprit)
    assert words in record.note and "\n" not in record.note


def test_an_opening_is_played_to_both(tmp_path: Path) -> None:
    points = ((BLACK, parse_vertex("B2", 5)), (WHITE, parse_vertex("D4", 5)))
    task = Task(7, "anna", "bert", Opening("two", points), attempt=2)
    black, white = Scripted(["resign"]), Scripted()
    record = play(black, white, tmp_path, task=task)
    assert (record.number, record.attempt, record.opening, record.moves) == (7, 2, "two", points)
    for speaker in (black, white):
        assert speaker.heard[1:3] == ["play b B2", "play w D4"]
    with pytest.raises(IllegalMove):
        play(black, white, tmp_path, task=Task(8, "anna", "bert", Opening("bad", (points[0], points[0]))))


def test_a_game_without_end_is_counted_as_it_stands(tmp_path: Path) -> None:
    """Taking and retaking on 2x2, which the simple ko rule allows."""
    black, white = Scripted(CYCLE_BLACK * 9), Scripted(CYCLE_WHITE * 9)
    context = context_of(tmp_path, size=2, rules="chinese")
    record = play_game(TASK, {BLACK: black, WHITE: white}, context, longest=2)
    assert record.note == "stopped after 8 moves and counted as it stood"
    assert record.result == "W+0.5"
    assert len(record.moves) == 8


def test_the_clock(tmp_path: Path) -> None:
    def slow() -> str:
        time.sleep(0.3)
        return "C3"

    settings = ("time_settings", "time_left")
    black, white = Scripted(["A1", slow], knows=settings), Scripted(["E5"], knows=["time_left"])
    control = canadian(main=0, period=1, stones=1)
    context = context_of(tmp_path, time=control, patience=5.0)
    record = play_game(TASK, {BLACK: black, WHITE: white}, context, lag=0.2)
    assert record.result != "W+T"
    assert "time_left b 1 1" in black.heard
    assert not any(line.startswith("time_left") for line in white.heard), "it was not told the settings"
    assert black.deadlines[0] == pytest.approx(6.2)
    assert record.seconds[0] >= 0.3 > record.seconds[1]

    def too_slow() -> str:
        time.sleep(1.15)
        return "C3"

    record = play_game(TASK, {BLACK: Scripted([too_slow]), WHITE: Scripted()}, context, lag=0.1)
    assert record.result == "W+T"
    assert record.note.startswith("anna was over its time, with 1.")
    assert record.moves == ()


def test_seeds_are_of_their_parts() -> None:
    assert seed_of(1, "a") == seed_of(1, "a") != seed_of(2, "a")
    assert all(0 <= seed_of(number) <= MAX_SEED for number in range(200))

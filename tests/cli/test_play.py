"""`tessera play`: scripts in a pipe, and a person on a terminal; the game ends in a file however it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tessera import sgf
from tessera.cli import play
from tessera.cli.play_board import area_lines
from tessera.cli.play_table import PlayTable
from tessera.cli.play_words import Said, understand
from tessera.errors import BadValue, IllegalMove, TesseraError
from tessera.interfaces.player import RESIGN, Limits
from tessera.match.game import Side
from tessera.rules.coords import BLACK, WHITE, parse_vertex
from tessera.rules.game import Game
from tests.cli.scripted import ScriptedPlayer, Think, app_with

SMALL = ("--size", "5")


def played(tmp_path: Path, lines: str, *words: str, think: Think = lambda game, color: "pass") -> Result:
    """A whole run in a pipe against the scripted player."""
    app, built = app_with(think)
    arguments = [*SMALL, "--out", str(tmp_path), "--player", "scripted", *words]
    result = CliRunner().invoke(play.command, arguments, obj=app, standalone_mode=False, input=lines)
    assert all(player.closed for player in built)
    return result


def answers(*words: str) -> Think:
    """The engine's moves in order."""
    return lambda game, color: words[len(game.moves) // 2]


def test_a_script_plays_a_game_to_its_count(tmp_path: Path) -> None:
    result = played(tmp_path, "c3\npass\n", think=answers("D3", "pass"))
    assert result.return_value == 0
    assert "White D3" in result.stdout and "White passes" in result.stdout
    assert ("Counted: " in result.stdout and "You, wins by" in result.stdout) or "wins by" in result.stdout
    record = sgf.read(tmp_path / "play-00001.sgf")
    assert [move.point for move in record.game().moves] == [12, 13, 25, 25]
    assert record.result[:2] in ("B+", "W+")
    assert (record.black, record.white) == ("You", "Tessera, scripted, 400 visits")


def test_what_is_not_a_move_is_one_line_and_the_game_goes_on(tmp_path: Path) -> None:
    lines = "Z9\nfoo bar\nundo 3\nC3\nC3\nsave\n\nhelp\n\udcff\nD4\n"
    result = played(tmp_path, lines.encode("utf-8", "surrogateescape").decode("latin-1"), think=answers("D3", "D2"))
    assert "vertex: got 'Z9', allowed: A1 to E5 without I, or pass" in result.stdout
    assert "input: got 'foo bar'" in result.stdout
    assert "undo: got '3', allowed: nothing after it" in result.stdout
    assert "illegal move: black C3, the point is occupied" in result.stdout
    assert "save: got ''" in result.stdout
    assert "White D2" in result.stdout
    assert "Traceback" not in result.output


def test_hint_score_board_and_undo(tmp_path: Path) -> None:
    result = played(tmp_path, "hint\nC3\nscore\nboard\nundo\nundo\nB2\n", think=answers("E3", "E5"))
    lines = result.stdout.splitlines()
    assert any(line.startswith("E3   wins 50%") for line in lines)
    assert any(line.startswith("Estimate: B+2") for line in lines)
    assert "black to play, move 3, komi 7.5" in lines
    assert "took back 2 moves" in lines
    assert "cannot undo: you have not moved yet" in lines
    assert [move.point for move in sgf.read(tmp_path / "play-00001.sgf").game().moves] == [16, 14]


def test_resigning_and_taking_it_back(tmp_path: Path) -> None:
    result = played(tmp_path, "C3\nresign\nC4\nundo\nD4\n", think=answers("E3", "E5"))
    assert "White, Tessera, scripted, 400 visits, wins by resignation." in result.stdout
    assert "the game is over: undo takes back the last move" in result.stdout
    assert "White E5" in result.stdout
    assert sgf.read(tmp_path / "play-00001.sgf").result == ""


def test_save_writes_a_new_file_only_and_once(tmp_path: Path) -> None:
    mine = tmp_path / "mine.sgf"
    result = played(
        tmp_path, f"C3\nsave {mine}\nsave {mine}\nsave {tmp_path}/no/x.sgf\nquit\nD4\n", think=answers("D3")
    )
    assert f"Saved as {mine}" in result.stdout
    assert f"save: got '{mine}', allowed: a new file" in result.stdout
    assert "no/x.sgf: not written: No such file or directory" in result.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.sgf"]


def test_interrupted_while_the_engine_thinks(tmp_path: Path) -> None:
    def think(game: Game, color: int) -> str:
        raise KeyboardInterrupt

    result = played(tmp_path, "C3\n", think=think)
    assert result.return_value == 130
    assert len(sgf.read(tmp_path / "play-00001.sgf").game().moves) == 1


def test_nothing_played_leaves_no_file(tmp_path: Path) -> None:
    result = played(tmp_path, "")
    assert result.return_value == 0
    assert "nothing is saved" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_white_and_handicap(tmp_path: Path) -> None:
    result = played(
        tmp_path, "B1\n", "--size", "9", "--handicap", "3", think=lambda game, color: ("A1", "A2")[len(game.moves) // 2]
    )
    assert "komi 0.5, handicap 3" in result.stdout
    assert result.stdout.index("White A1") < result.stdout.index("White A2")
    assert sgf.read(tmp_path / "play-00001.sgf").handicap == 3


@pytest.mark.parametrize("words", [("--handicap", "-1"), ("--handicap", "99"), ("--level", "0"), ("--komi", "nan")])
def test_bad_values(tmp_path: Path, words: tuple[str, ...]) -> None:
    app, _ = app_with(lambda game, color: "pass")
    result = CliRunner().invoke(play.command, [*words, "--out", str(tmp_path)], obj=app, standalone_mode=False)
    assert isinstance(result.exception, TesseraError)
    assert f"got {words[1]}" in str(result.exception)


def test_understanding() -> None:
    assert understand("  D4 ") == Said("move", "D4")
    assert understand("SAVE my game.sgf") == Said("save", "my game.sgf")
    assert understand("?") == Said("help")
    assert understand(" \n") == Said("")
    for line in ("4D", "D4 E5", "hello", "undo 2", "d²"):
        with pytest.raises(BadValue):
            understand(line)


class Gloomy(ScriptedPlayer):
    """Sure to lose by a lot."""

    def analyze(self, game, color, limits, **options):  # type: ignore[no-untyped-def]
        from dataclasses import replace

        return replace(super().analyze(game, color, limits, **options), winrate=0.01, score=-20.0)


def test_the_engine_gives_up_but_not_in_the_opening() -> None:
    points = iter(["A1", "B1", "C1", "D1", "E1", "A2", "B2", "C2", "D2", "E2", "A3", "B3"])
    engine = Gloomy(lambda game, color: next(points))
    table = PlayTable(Game(5), person=BLACK, engine=Side("x", engine, Limits()), adviser=lambda: engine)
    turns = []
    for word in ["A5", "B5", "C5", "D5", "A4", "B4"]:
        table.play(parse_vertex(word, 5))
        turns.append(table.reply())
        if turns[-1].point == RESIGN:
            break
    assert len(turns) == 4  # at 7 moves of 25 points, not before
    assert table.match.result == "B+R"
    with pytest.raises(IllegalMove, match="over"):
        table.play(0)
    assert table.undo() == 2
    assert not table.match.is_over and table.is_persons_turn


def test_area_letters() -> None:
    """A dead stone is its owner's point; a stone on an open point still stands."""
    lines = area_lines(2, [BLACK, WHITE, 0, 0], [BLACK, BLACK, WHITE, 0])
    assert lines[1:3] == [" 2 X x 2", " 1 o . 1"]

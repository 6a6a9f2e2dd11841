"""loadsgf reads what its user may read, or one folder only; printsgf writes in one folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tessera.gtp.settings import EngineSettings
from tests.gtp.fakes import Desk

GAME = "(;GM[1]FF[4]SZ[5]KM[3.5];B[cc];W[dd];B[bb])"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The working folder and another one, each with games."""
    work, games = tmp_path / "work", tmp_path / "games"
    for folder in (work, games, games / "inside"):
        folder.mkdir()
    (work / "a.sgf").write_text(GAME)
    (work / "with blank.sgf").write_text(GAME)
    (games / "b.sgf").write_text(GAME)
    (games / "inside" / "c.sgf").write_text(GAME)
    (games / "empty.sgf").write_text("")
    (games / "secret.txt").write_text("password: swordfish")
    (work / "link.sgf").symlink_to(games / "b.sgf")
    (games / "link.sgf").symlink_to(work / "a.sgf")
    (work / "loop.sgf").symlink_to(work / "loop.sgf")
    os.mkfifo(work / "pipe.sgf")
    monkeypatch.chdir(work)
    return work, games


@pytest.mark.parametrize(
    ("command", "moves"),
    [
        ("loadsgf a.sgf", 3),
        ("loadsgf a.sgf 1", 0),
        ("loadsgf a.sgf 3", 2),
        ("loadsgf a.sgf 99", 3),
        ("loadsgf ../games/b.sgf", 3),
        ("loadsgf {games}/b.sgf", 3),
        ("loadsgf link.sgf", 3),
        ("loadsgf with blank.sgf", 3),
        ('loadsgf "{work}/with blank.sgf" 2', 1),
    ],
)
def test_loading_from_anywhere(folders: tuple[Path, Path], command: str, moves: int) -> None:
    desk = Desk()
    assert desk.say(command.format(work=folders[0], games=folders[1])) == "= "
    assert desk.session.game.size == 5
    assert len(desk.session.game.moves) == moves
    assert desk.say("get_komi") == "= 3.5"
    assert desk.complaints == []


@pytest.mark.parametrize("name", ["b.sgf", "inside/c.sgf", "{games}/b.sgf", "inside/../b.sgf"])
def test_loading_from_the_folder_one_is_confined_to(folders: tuple[Path, Path], name: str) -> None:
    desk = Desk(settings=EngineSettings(sgf_dir=folders[1]))
    assert desk.say(f"loadsgf {name.format(games=folders[1])}") == "= "
    assert len(desk.session.game.moves) == 3


@pytest.mark.parametrize(
    "command",
    [
        "loadsgf ../work/a.sgf",
        "loadsgf {work}/a.sgf",
        "loadsgf link.sgf",
        "loadsgf /etc/passwd",
        "loadsgf ..",
        "printsgf ../work/new.sgf",
        "printsgf {work}/new.sgf",
        "printsgf link.sgf",
    ],
)
def test_confined_to_a_folder(folders: tuple[Path, Path], command: str) -> None:
    desk = Desk(settings=EngineSettings(sgf_dir=folders[1]))
    desk.say("boardsize 7", "play b C3")
    answer = desk.say(command.format(work=folders[0]))
    assert answer.startswith("? ")
    assert "outside" in answer
    assert len(desk.session.game.moves) == 1
    assert not (folders[0] / "new.sgf").exists()
    assert (folders[0] / "a.sgf").read_text() == GAME


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("loadsgf", "syntax error"),
        ("loadsgf nothing.sgf", "is not a file"),
        ("loadsgf .", "is not a file"),
        ("loadsgf pipe.sgf", "is not a file"),
        ("loadsgf /dev/zero", "is not a file"),
        ("loadsgf loop.sgf", ""),
        ("loadsgf " + "x" * 5000, ""),
        ("loadsgf {games}/empty.sgf", "cannot load file"),
        ("loadsgf {games}/secret.txt", "not an SGF file"),
        ("loadsgf /etc/passwd", "not an SGF file"),
        ("printsgf ../games/new.sgf", "outside"),
        ("printsgf {games}/new.sgf", "outside"),
        ("printsgf link.sgf", "outside"),
        ("printsgf a.txt", "names that end in .sgf"),
        ("printsgf pipe.sgf", "names that end in .sgf"),
    ],
)
def test_refusals_change_nothing_and_tell_nothing(folders: tuple[Path, Path], command: str, words: str) -> None:
    desk = Desk()
    desk.say("boardsize 7", "play b C3")
    answer = desk.say(command.format(games=folders[1]))
    assert answer.startswith("? ")
    assert words in answer
    assert "swordfish" not in answer
    assert "root:x" not in answer
    assert desk.session.game.size == 7
    assert len(desk.session.game.moves) == 1
    assert desk.complaints == []
    assert not (folders[1] / "new.sgf").exists()


def test_a_game_with_a_fault_is_loaded_up_to_it(folders: tuple[Path, Path]) -> None:
    (folders[0] / "fault.sgf").write_text("(;SZ[5]KM[6,5];B[cc];W[cc];B[bb])")
    desk = Desk()
    assert desk.say("loadsgf fault.sgf") == "= "
    assert len(desk.session.game.moves) == 1
    assert desk.complaints == [
        "loadsgf: KM[6,5] is read as 6.5 points",
        "loadsgf: move 2: illegal move: white C3, the point is occupied; the game is read up to there",
    ]


@pytest.mark.parametrize("confined", [False, True])
def test_printing_and_reading_again(folders: tuple[Path, Path], confined: bool) -> None:
    desk = Desk(settings=EngineSettings(sgf_dir=folders[1] if confined else None))
    desk.say("boardsize 7", "komi 2.5", "play b C3", "play w pass")
    text = desk.say("printsgf")
    assert "SZ[7]" in text
    assert "\n\n" not in text
    assert desk.say("printsgf -") == text
    assert desk.say("printsgf out.sgf", "boardsize 5", "loadsgf out.sgf", "get_komi") == "= 2.5"
    assert [move.point for move in desk.session.game.moves] == [30, 49]
    assert (folders[confined] / "out.sgf").exists()

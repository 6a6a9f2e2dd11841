"""loadsgf and printsgf stay in their folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tessera.gtp.files import allowed_path
from tessera.gtp.protocol import GtpFailure
from tessera.gtp.settings import EngineSettings
from tests.gtp.fakes import Desk

GAME = "(;GM[1]FF[4]SZ[5]KM[3.5];B[cc];W[dd];B[bb])"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    work, games = tmp_path / "work", tmp_path / "games"
    for folder in (work, games, tmp_path / "secret"):
        folder.mkdir()
    (work / "a.sgf").write_text(GAME)
    (work / "with blank.sgf").write_text(GAME)
    (games / "b.sgf").write_text(GAME)
    (games / "empty.sgf").write_text("")
    (tmp_path / "secret" / "c.sgf").write_text(GAME)
    (work / "link.sgf").symlink_to(tmp_path / "secret" / "c.sgf")
    (work / "loop.sgf").symlink_to(work / "loop.sgf")
    os.mkfifo(work / "pipe.sgf")
    return work, games


@pytest.fixture
def desk(folders: tuple[Path, Path]) -> Desk:
    return Desk(settings=EngineSettings(folders=folders))


@pytest.mark.parametrize(
    ("command", "moves"),
    [
        ("loadsgf a.sgf", 3),
        ("loadsgf a.sgf 1", 0),
        ("loadsgf a.sgf 3", 2),
        ("loadsgf a.sgf 99", 3),
        ("loadsgf b.sgf", 3),
        ("loadsgf {games}/b.sgf", 3),
        ("loadsgf with blank.sgf", 3),
        ('loadsgf "{work}/with blank.sgf" 2', 1),
    ],
)
def test_loading(desk: Desk, folders: tuple[Path, Path], command: str, moves: int) -> None:
    assert desk.say(command.format(work=folders[0], games=folders[1])) == "= "
    assert desk.session.game.size == 5
    assert len(desk.session.game.moves) == moves
    assert desk.say("get_komi") == "= 3.5"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("loadsgf", "syntax error"),
        ("loadsgf nothing.sgf", "is not a file"),
        ("loadsgf .", "is not a file"),
        ("loadsgf pipe.sgf", "is not a file"),
        ("loadsgf link.sgf", "outside"),
        ("loadsgf ../secret/c.sgf", "outside"),
        ("loadsgf {secret}/c.sgf", "outside"),
        ("loadsgf /etc/passwd", "outside"),
        ("loadsgf loop.sgf", ""),
        ("loadsgf " + "x" * 5000, ""),
        ("loadsgf empty.sgf", "cannot load file"),
        ("printsgf ../secret/new.sgf", "outside"),
        ("printsgf link.sgf", "outside"),
        ("printsgf a.txt", "names that end in .sgf"),
        ("printsgf pipe.sgf", "names that end in .sgf"),
    ],
)
def test_refusals_change_nothing(desk: Desk, tmp_path: Path, command: str, words: str) -> None:
    desk.say("boardsize 7", "play b C3")
    answer = desk.say(command.format(secret=tmp_path / "secret"))
    assert answer.startswith("? ")
    assert words in answer
    assert desk.session.game.size == 7
    assert len(desk.session.game.moves) == 1
    assert desk.complaints == []


def test_printing_and_reading_again(desk: Desk, folders: tuple[Path, Path]) -> None:
    desk.say("boardsize 7", "komi 2.5", "play b C3", "play w pass")
    text = desk.say("printsgf")
    assert "SZ[7]" in text
    assert "\n\n" not in text
    assert desk.say("printsgf out.sgf", "boardsize 5", "loadsgf out.sgf", "get_komi") == "= 2.5"
    assert [move.point for move in desk.session.game.moves] == [30, 49]
    assert any((folder / "out.sgf").exists() for folder in folders)


def test_without_folders_nothing_is_allowed() -> None:
    with pytest.raises(GtpFailure):
        allowed_path("a.sgf", ())

"""GTP regression files: what is read from them, and what becomes of each test."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from tessera.cli.main import main
from tessera.errors import BadValue, EngineError
from tessera.gtp.client import GtpClient
from tessera.gtp.regression import read_regression, run_regression

FILE = """\
# CATEGORY=ladders
loadsgf one.sgf 3
10 reg_genmove black   # where?
#? [C3|D4]

##20 reg_genmove white
##? [A1]
20 reg_genmove white
#? [!c3]*
30 reg_genmove black
#? [pass]*  # not yet
40 reg_genmove white
#? [E5]
50 attack D4
#? [1 (C3|D3)]&
loadsgf missing.sgf
60 reg_genmove black
#? [C3]
clear_board
70 reg_genmove black
#? [C3]
10000 name
"""
ENGINE = """\
import sys
for line in sys.stdin:
    number, command, *rest = line.split()
    if command in ("attack", "loadsgf") and "one.sgf" not in rest:
        print(f"?{number} cannot {command}\\n", flush=True)
    elif command == "die":
        sys.exit(1)
    else:
        print(f"={number} C3\\n", flush=True)
    if command == "quit":
        break
"""


@pytest.fixture
def engine(tmp_path: Path) -> list[str]:
    """It finds C3 best everywhere."""
    (tmp_path / "engine.py").write_text(ENGINE)
    return [sys.executable, str(tmp_path / "engine.py")]


def write(folder: Path, text: str) -> Path:
    path = folder / "suite.tst"
    path.write_text(text)
    return path


def test_commands_numbers_and_patterns(tmp_path: Path) -> None:
    steps = read_regression(write(tmp_path, FILE))
    assert [(step.line, step.number, step.command) for step in steps][:3] == [
        (2, None, "loadsgf one.sgf 3"),
        (3, 10, "reg_genmove black"),
        (8, 20, "reg_genmove white"),
    ]
    expected = [(step.number, step.expected.text, step.expected.fails) for step in steps if step.expected]
    assert expected[:5] == [
        (10, "C3|D4", False),
        (20, "!c3", True),
        (30, "pass", True),
        (40, "E5", False),
        (50, "1 (C3|D3)", False),
    ]


def test_what_becomes_of_each(tmp_path: Path, engine: list[str]) -> None:
    with GtpClient(engine) as client:
        outcomes = list(run_regression(client, read_regression(write(tmp_path, FILE))))
    assert [(each.number, each.status) for each in outcomes] == [
        (10, "pass"),
        (20, "fail"),
        (30, "fail"),
        (40, "FAIL"),
        (50, "unknown"),
        (60, "unknown"),
        (70, "pass"),
    ], "a position that was not set up makes its tests unknown, up to the next one"


def test_an_answer_is_matched_as_a_whole(tmp_path: Path, engine: list[str]) -> None:
    text = "1 x\n#? [C]\n2 x\n#? [C3.*]*\n3 x\n#? [(C3|D4)]\n4 x\n#? [!C]\n"
    with GtpClient(engine) as client:
        outcomes = run_regression(client, read_regression(write(tmp_path, text)))
        assert [each.status for each in outcomes] == ["FAIL", "PASS", "pass", "pass"]


def test_an_engine_that_dies_is_an_error(tmp_path: Path, engine: list[str]) -> None:
    with GtpClient(engine) as client, pytest.raises(EngineError):
        list(run_regression(client, read_regression(write(tmp_path, "1 die\n#? [C3]\n"))))


@pytest.mark.parametrize(("text", "words"), [("1 name\n#? [(]\n", "line 2"), ("1 name\n#? C3\n", "line 2")])
def test_a_pattern_that_is_none_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadValue, match=words):
        read_regression(write(tmp_path, text))


def test_the_command_counts_and_shows_what_failed(
    tmp_path: Path, engine: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, FILE)
    words = ["regress", str(path), "--program", shlex.join(engine)]
    assert main(words) == 1
    shown = capsys.readouterr().out
    assert "reg_genmove white" in shown and "suite.tst" in shown and "40%" in shown
    assert main([*words, "--json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert [each["status"] for each in told["tests"]].count("pass") == 2
    path.write_text("1 x\n#? [C3]\n")
    assert main(words) == 0


def test_our_own_player_is_asked_in_the_folder_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one.sgf").write_text("(;SZ[5]KM[0.5];B[cc];W[bb];B[bc])")
    path = write(tmp_path, "loadsgf one.sgf 3\n1 list_stones black\n#? [C3]\n2 reg_genmove black\n#? [[A-E][1-5]]\n")
    assert main(["regress", str(path), "--visits", "4", "--all"]) == 0
    assert "100%" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.tst"], "FILE"),
        (["empty.tst"], "a file with tests"),
        (["suite.tst", "--program", "'"], "--program"),
        (["suite.tst", "--program", "x", "--ckpt", "y"], "--ckpt"),
        (["suite.tst", "--program", "/nowhere/engine"], "cannot start"),
        (["suite.tst", "--ckpt", "none.pth"], "none.pth"),
    ],
)
def test_mistakes_are_one_line(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, FILE)
    (tmp_path / "empty.tst").write_text("name\n")
    assert main(["regress", *words]) in (1, 2)
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1

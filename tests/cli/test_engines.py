"""`tessera engines list` and `probe`: what is printed, and the exit code."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from tessera.cli.main import main
from tessera.engines import VARIABLE
from tests.match.engines import SCRIPT
from tests.match.test_probe import TOML


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "fake.toml").write_text(TOML)
    program = tmp_path / "fake-go"
    program.write_text(
        f'#!/bin/sh\ntest "$1" = --version && echo Fake 1.2 && exit\nexec {sys.executable} {SCRIPT} $2\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "pachi").write_text("#!/bin/sh\necho Pachi el marciano\n")
    (tmp_path / "pachi").chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))  # whatever is installed here
    return tmp_path


def test_list(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["engines", "list"]) == 0
    text = capsys.readouterr().out
    assert str(folder / "fake-go") in text
    assert "Fake cannot: win" in text
    assert "is another program, not Pachi" in text and "platform game" in text
    assert "KataGo absent: see github.com/lightvector/KataGo" in text
    assert main(["engines", "list", "--json"]) == 0
    found = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert {"gnugo", "katago", "pachi", "leela-zero", "fake"} <= found.keys()
    assert (found["fake"]["status"], found["fake"]["version"]) == ("ok", "1.2")
    assert (found["pachi"]["status"], found["katago"]["status"]) == ("trouble", "absent")


def test_probe_of_a_named_engine(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["engines", "probe", "fake", "--set", "mode=good"]) == 0
    assert "plays A1 on 13x13" in capsys.readouterr().out
    assert main(["engines", "probe", "fake", "--set", "mode=crash-start", "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert found["status"] == "trouble" and "no network" in found["detail"]
    assert main(["engines", "probe", "pachi", "katago"]) == 1
    assert "platform game" in capsys.readouterr().out
    other = folder / "other"
    other.write_text("#!/bin/sh\necho Fake 9.9\n")
    other.chmod(0o755)
    main(["engines", "probe", "fake", "--program", str(other), "--set", "mode=good", "--json"])
    assert json.loads(capsys.readouterr().out)[0]["version"] == "9.9"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "engine: got 'nobody'"),
        (["fake", "--set", "level"], "--set: got 'level', allowed: NAME=VALUE"),
        (["fake", "--set", "level=1"], "setting of Fake: got 'level'"),
        (["--set", "mode=good"], "one name where --set"),
        (["fake", "pachi", "--program", "x"], "one name where --set"),
    ],
)
def test_probe_refuses(arguments: list[str], words: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["engines", "probe", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_probe_of_all_engines_minds_no_absent_ones(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "fake.toml").unlink()
    assert main(["engines", "probe", "--json"]) == 0
    assert {each["status"] for each in json.loads(capsys.readouterr().out)} >= {"absent", "trouble"}

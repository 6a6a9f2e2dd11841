"""`tessera league status`, `report` and `export`: what they make of a league on disk."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tessera.league.records import RecordFile
from tests.cli.league.door import broken, tessera, written


@pytest.fixture
def league(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert tessera("run", written(tmp_path)) == 0
    capsys.readouterr()
    return tmp_path / "league"


def test_status(league: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tessera("status", league) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("First [league]: 12 games, 5x5, chinese-kgs, komi 0.5\n")
    assert tessera("status", league, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["planned"], told["games"], told["stopped"], told["folder"]) == (12, 12, {}, str(league))


def test_status_while_it_runs_with_half_a_line_written(league: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = league / "games.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    with RecordFile(path):
        path.write_bytes(b"".join(lines[:5]) + lines[5][:40])
        assert tessera("status", league) == 0
        assert ": 5 of 12 games" in capsys.readouterr().out
        assert path.read_bytes().endswith(lines[5][:40]), "nothing is repaired"


def test_status_before_the_first_game(league: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in (b"", None):
        path = league / "games.jsonl"
        path.unlink()
        if text is not None:
            path.write_bytes(text)
        assert tessera("status", league) == 0
        shown = capsys.readouterr().out
        assert shown.startswith("First [league]: 0 of 12 games\n")
        assert "connected" not in shown and "%" not in shown


def test_status_tells_who_is_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tessera("run", written(tmp_path), script=broken("b")) == 0
    capsys.readouterr()
    assert tessera("status", tmp_path / "league") == 0
    assert "b is stopped after a game was void twice: b fell over" in capsys.readouterr().out
    assert tessera("status", tmp_path / "league", "--json") == 0
    assert json.loads(capsys.readouterr().out)["stopped"] == {"b": "b fell over"}


def test_report(league: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tessera("report", league) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("First [league]: 12 games") and shown.endswith(f"wrote {league / 'report.html'}\n")
    assert "<html" in (league / "report.html").read_text()
    page = tmp_path / "elo.html"
    assert tessera("report", league, "--html", page, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["html"] == str(page) and told["games"] == 12
    assert page.read_text() == (league / "report.html").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elo.html", "league", "league.toml"]


def test_export(league: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "deep" / "er"
    assert tessera("export", league, out) == 0
    names = ["games.csv", "games.sgf", "league.json", "ratings.csv", "report.html"]
    assert sorted(path.name for path in out.iterdir()) == names
    shown = capsys.readouterr().out
    assert all(name in shown for name in names)
    assert (out / "games.sgf").read_text().count("(;") == 12
    told = json.loads((out / "league.json").read_text())
    assert told["games"] == told["planned"] == 12
    with (out / "games.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 12
    assert tessera("rate", out / "games.csv", "--json") == 0
    assert json.loads(capsys.readouterr().out)["games"] == 12, "what was exported can be rated"


@pytest.mark.parametrize("words", [["status"], ["report"], ["export"]])
def test_folders_that_hold_no_league(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = [tmp_path / "out"] if words == ["export"] else []
    assert tessera(*words, tmp_path, *more) == 2
    assert "allowed: the folder of a league; tessera league run FILE makes one" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").write_text("")
    assert tessera(*words, tmp_path / "file", *more) == 2
    assert "is a file" in capsys.readouterr().err
    (tmp_path / "league.json").write_text("{")
    assert tessera(*words, tmp_path, *more) == 1
    assert "league.json: not what a league wrote" in (error := capsys.readouterr().err) and error.count("\n") == 1


def test_places_that_cannot_be_written(league: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tessera("report", league, "--html", tmp_path / "none" / "x.html") == 1
    assert "not written: No such file or directory" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert tessera("export", league, tmp_path / "file" / "x") == 2
    assert "a folder that can be written (Not a directory)" in capsys.readouterr().err

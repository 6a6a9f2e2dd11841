"""`tessera league rate`: results from anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.league.door import tessera, written

TABLE = "black,white,result\na,b,B+R\nb,a,W+2.5\na,b,B+T\nb,a,B+1\na,b,W+R\na,b,B+3\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "results.csv"
    path.write_text(TABLE)
    return path


def rated(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    assert tessera("rate", *words, "--json") == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_a_table(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tessera("rate", table) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Ratings: 6 games\n") and "1 forfeited" in shown
    told = rated(capsys, table)
    assert [(row["name"], row["wins"], row["losses"]) for row in told["rows"]] == [("a", 4, 2), ("b", 2, 4)]


def test_anchors_and_prior(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_prior = rated(capsys, table, "--anchor", "b=1500")
    rows = {row["name"]: row for row in with_prior["rows"]}
    assert rows["b"]["elo"] == 1500 and rows["b"]["anchored"] and rows["a"]["elo"] > 1550
    without = rated(capsys, table, "--anchor", "b=1500", "--prior", "0")
    assert without["rows"][0]["elo"] > rows["a"]["elo"], "nothing pulls them together"
    assert tessera("rate", table, "--anchor", "=5") == 2
    assert "anchor: got ''" in capsys.readouterr().err


def test_a_name_with_an_equals_sign(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.csv"
    path.write_text("black,white,result\nv=1,v=2,B+R\n")
    rows = {row["name"]: row["elo"] for row in rated(capsys, path, "--anchor", "v=2=900")["rows"]}
    assert rows["v=2"] == 900


def test_a_league_its_games_and_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tessera("run", written(tmp_path)) == 0
    capsys.readouterr()
    lines, folder = tmp_path / "league" / "games.jsonl", tmp_path / "league" / "sgf"
    told = [rated(capsys, *places) for places in ([lines], [folder], [lines, folder])]
    assert [each["games"] for each in told] == [12, 12, 24]
    assert told[0]["rows"][0]["elo"] == pytest.approx(told[1]["rows"][0]["elo"])


WRONG: list[tuple[list[str], int, str]] = [
    ([], 2, "Missing argument 'RESULTS...'"),
    (["none.csv"], 2, "does not exist"),
    (["results.txt"], 2, "allowed: a .jsonl or .csv file, or a folder of .sgf files"),
    (["results.csv", "--anchor", "a"], 2, "--anchor: got 'a', allowed: NAME=ELO"),
    (["results.csv", "--anchor", "a=strong"], 2, "--anchor: got 'a=strong', allowed: NAME=ELO"),
    (["results.csv", "--anchor", "a=nan"], 2, "anchor: got nan, allowed: a finite Elo"),
    (["results.csv", "--anchor", "c=5"], 2, "anchor: got 'c', allowed: one of a, b"),
    (["results.csv", "--prior", "-1"], 2, "--prior"),
    (["broken.csv"], 1, "no column result in its first line"),
    (["unbeaten.csv", "--prior", "0"], 2, "use a prior above 0"),
    (["empty"], 2, "a folder with files ending in .sgf"),
]


@pytest.mark.parametrize(("words", "code", "complaint"), WRONG, ids=[row[2] for row in WRONG])
def test_wrong_words(
    words: list[str],
    code: int,
    complaint: str,
    table: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = table.parent
    (folder / "results.txt").write_text(TABLE)
    (folder / "broken.csv").write_text("black,white\na,b\n")
    (folder / "unbeaten.csv").write_text("black,white,result\na,b,B+R\nb,a,W+R\n")
    (folder / "empty").mkdir()
    monkeypatch.chdir(folder)
    assert tessera("rate", *words) == code
    shown = capsys.readouterr()
    assert complaint in shown.err and shown.out == ""
    assert "Traceback" not in shown.err


def test_nothing_that_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.csv"
    path.write_text("black,white,result\na,b,Void\n")
    assert tessera("rate", path) == 0
    assert capsys.readouterr().out.startswith("Ratings: 0 games\n")

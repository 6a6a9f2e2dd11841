"""The tables as CSV."""

from __future__ import annotations

import csv
import io

import pytest

from tessera.interfaces.arbiter import VOID
from tessera.league.report import games_csv, ratings_csv
from tests.league.report.leagues import record, row, summary


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_ratings() -> None:
    anchor = row("GnuGo", elo=1800.0, anchored=True, games=3, wins=2, losses=1, score=2 / 3)
    first, second = lines(ratings_csv(summary(anchor, row("b", high=float("inf")))))
    assert (first["rank"], first["name"], first["elo"], first["anchored"]) == ("1", "GnuGo", "1800.0", "1")
    assert (first["wins"], first["draws"], first["losses"], first["score"]) == ("2", "0", "1", "0.6667")
    assert (second["rank"], second["low"], second["high"]) == ("2", "1400.0", "")


def test_games() -> None:
    played, void = lines(games_csv([record(7), record(8, result=VOID, note="hung,\n killed", culprit="b")]))
    assert (played["number"], played["result"], played["moves"], played["white_seconds"]) == ("7", "B+3.5", "2", "2.0")
    assert (void["result"], void["note"], void["culprit"]) == ("Void", "hung, killed", "b")


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1"])
def test_a_name_is_no_formula(name: str) -> None:
    (line,) = lines(ratings_csv(summary(row(name, elo=-35.0))))
    assert line["name"] == f"'{name.strip()}"
    assert line["elo"] == "-35.0"


def test_a_name_with_quotes_and_commas_is_one_cell() -> None:
    (line,) = lines(games_csv([record(1, black='a,"b"')]))
    assert line["black"] == 'a,"b"'


def test_nothing_is_a_header() -> None:
    assert lines(games_csv([])) == []
    assert ratings_csv(summary()).startswith("rank,name,elo,low,high,")

"""Results of any origin: our own lines, CSV, folders of SGF; several at once; wrong ones with their place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tessera.errors import BadValue, SgfError, TesseraError
from tessera.interfaces.arbiter import VOID, GameRecord
from tessera.league.folder import sgf_text
from tessera.league.lines import line_of
from tessera.league.records import RecordError
from tessera.league.results import read_results
from tessera.league.summary import summarise

GAMES = [
    GameRecord(
        n, b, w, result, ((1, n), (2, 12)), 5, 0.5, "chinese-kgs", f"o{n}", (0.0, 0.0), note=note, culprit=culprit
    )
    for n, (b, w, result, note, culprit) in enumerate(
        [
            ("a", "b", "B+3.5", "", ""),
            ("b", "a", "W+R", "", ""),
            ("a", "b", VOID, "fell over", "a"),
            ("b", "a", "B+T", "", ""),
            ("a", "b", "0", "", ""),
        ],
        1,
    )
]
COUNTED = [game for game in GAMES if game.result != VOID]


def jsonl(folder: Path, name: str = "games.jsonl") -> Path:
    path = folder / name
    path.write_bytes(b"".join(map(line_of, GAMES)))
    return path


def table(folder: Path, text: str) -> Path:
    path = folder / "results.csv"
    path.write_text(text, encoding="utf-8")
    return path


def collection(folder: Path) -> Path:
    path = folder / "sgf"
    path.mkdir()
    for game in GAMES:
        (path / f"{game.number}.sgf").write_text(sgf_text(game))
    return path


def told(records: list[GameRecord]) -> list[tuple[str, str, str]]:
    return [(record.black, record.white, record.result) for record in records]


def test_all_three_say_the_same(tmp_path: Path) -> None:
    lines = "".join(f"{game.result},{game.white},x,{game.black}\n" for game in GAMES)
    spread = table(tmp_path, f"result,white,event,black\n{lines}")
    expected = told(COUNTED)
    for path in (jsonl(tmp_path), spread, collection(tmp_path)):
        records = read_results([path])
        assert told(records) == expected
        assert [record.number for record in records] == [1, 2, 3, 4]


def test_sgf_keeps_the_moves_so_that_repetitions_show(tmp_path: Path) -> None:
    folder = collection(tmp_path)
    (folder / "again.sgf").write_text((folder / "1.sgf").read_text())
    summary = summarise(read_results([folder]))
    assert (summary.games, summary.unique_games, summary.duplicates) == (5, 4, 1)


def test_several_at_once_are_numbered_through(tmp_path: Path) -> None:
    records = read_results([jsonl(tmp_path), jsonl(tmp_path, "more.jsonl")])
    assert told(records) == 2 * told(COUNTED)
    assert [record.number for record in records] == list(range(1, 9))


def test_a_replayed_game_counts_once(tmp_path: Path) -> None:
    path = jsonl(tmp_path)
    with path.open("ab") as file:
        file.write(line_of(replace(GAMES[2], result="B+R", attempt=2, note="", culprit="")))
    assert len(read_results([path])) == 5


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("B+Resign", "B+R"),
        ("W+Time", "W+T"),
        ("B+Forfeit", "B+F"),
        (" W+0.5 ", "W+0.5"),
        ("B+", "B+"),
        ("Draw", "0"),
        ("0", "0"),
    ],
)
def test_results_of_other_programs(result: str, expected: str, tmp_path: Path) -> None:
    assert read_results([table(tmp_path, f"black,white,result\na,b,{result}\n")])[0].result == expected


@pytest.mark.parametrize("result", ["Void", "?", "Black wins", "b", "1-0"])
def test_what_is_no_result_counts_for_nobody(result: str, tmp_path: Path) -> None:
    assert read_results([table(tmp_path, f"black,white,result\na,b,{result}\n")]) == []


def test_a_table_from_a_spreadsheet(tmp_path: Path) -> None:
    path = table(tmp_path, '\ufeffblack,white,result\n"Smith, J.", b ,B+R\n')
    assert told(read_results([path])) == [("Smith, J.", "b", "B+R")]


WRONG_TABLES: list[tuple[str, str]] = [
    ("", "no column black, white, result in its first line"),
    ("black,result\na,B+R\n", "no column white in its first line"),
    ("black,white,result\na,b\n", "line 2: it takes two players and a result"),
    ("black,white,result\na,b,B+R\n,b,B+R\n", "line 3: it takes two players and a result"),
    ("black,white,result\na,a,B+R\n", "line 2: it takes two players and a result"),
]


@pytest.mark.parametrize(("text", "words"), WRONG_TABLES, ids=[words for _, words in WRONG_TABLES])
def test_wrong_tables(text: str, words: str, tmp_path: Path) -> None:
    path = table(tmp_path, text)
    with pytest.raises(RecordError, match=words) as caught:
        read_results([path])
    assert str(caught.value).startswith(str(path))


def test_wrong_files(tmp_path: Path) -> None:
    binary = tmp_path / "x.csv"
    binary.write_bytes(b"black,white,result\n\xff\xfe,b,B+R\n")
    damaged = tmp_path / "x.jsonl"
    damaged.write_bytes(line_of(GAMES[0]) + b"{}\n" + line_of(GAMES[1]))
    empty = tmp_path / "empty"
    empty.mkdir()
    text = tmp_path / "x.txt"
    text.write_text("")
    cases: list[tuple[Path, type[TesseraError], str]] = [
        (binary, RecordError, "cannot be read"),
        (damaged, RecordError, "line 2: no record of a game"),
        (empty, BadValue, "allowed: a folder with files ending in .sgf"),
        (text, BadValue, "allowed: a .jsonl or .csv file, or a folder of .sgf files"),
        (tmp_path / "none.csv", RecordError, "No such file"),
    ]
    for path, kind, words in cases:
        with pytest.raises(kind) as caught:
            read_results([path])
        assert words in str(caught.value) and str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello", "not an SGF file"),
        ("(;SZ[5]PB[a]RE[B+R])", "it does not name two players"),
        ("(;SZ[5]PB[a]PW[a]RE[B+R])", "it does not name two players"),
        ("(;SZ[5]PB[a]PW[b]RE[B+R];B[aa];W[aa])", "move 2"),
    ],
)
def test_wrong_games(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "x.sgf"
    path.write_text(text)
    with pytest.raises(SgfError, match=words) as caught:
        read_results([tmp_path])
    assert str(caught.value).startswith(str(path))


def test_games_of_different_rules_are_not_rated_together(tmp_path: Path) -> None:
    path = jsonl(tmp_path)
    with path.open("ab") as file:
        file.write(line_of(replace(GAMES[0], number=9, komi=7.0)))
    with pytest.raises(BadValue, match="one board size, komi and set of rules"):
        summarise(read_results([path]))

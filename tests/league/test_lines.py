"""One game as one line: there and back, and nothing that is no game."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tessera.errors import BadValue
from tessera.interfaces.arbiter import VOID, GameRecord
from tessera.league.lines import line_of, parse_line

RECORD = GameRecord(7, "a", "b", "B+3.5", ((1, 12), (2, 25)), 5, 0.5, "chinese-kgs", "random 1-0", (0.25, 1.0))
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(black=names, note=names, komi=st.integers(-50, 50), result=st.sampled_from(["B+3.5", "W+R", "0", VOID, "B+12"]))
def test_there_and_back(black: str, note: str, komi: int, result: str) -> None:
    record = replace(RECORD, black=black + "x", white=black, note=note, komi=komi / 2, result=result)
    line = line_of(record)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert parse_line(line) == record


def test_half_a_character_spoils_no_line() -> None:
    assert parse_line(line_of(replace(RECORD, note="\ud800 half"))).note == "? half"


WRONG: dict[str, Any] = {
    "number": [-1, 1.5, "7", True, None, 10**400],
    "black": ["", 5, None, "b"],
    "white": ["", "a"],
    "result": ["", "B", "B+", "B+x", "b+3", "void", 0, "B+R\n"],
    "moves": [None, {}, [[1]], [[1, 2, 3]], [[3, 0]], [[0, 0]], [[1, 26]], [[1, -1]], [["1", "2"]], [[1, 1.0]]],
    "size": [1, 26, 5.0, "5"],
    "komi": ["0.5", None, 1e300],
    "rules": [5],
    "opening": [None],
    "seconds": [None, [1], [1, -1], [1, "2"], [1, 1e300]],
    "attempt": [0, "1"],
    "note": [None],
    "culprit": [5],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in WRONG.items() for value in values])
def test_wrong_values(key: str, value: Any) -> None:
    row = json.loads(line_of(RECORD))
    row[key] = value
    with pytest.raises(BadValue, match=key if key != "black" else "black|white"):
        parse_line(json.dumps(row).encode() + b"\n")


@pytest.mark.parametrize("line", [b"\n", b"5\n", b"[]\n", b"{}\n", b"{\n", b"\xff\n", b"null\n", b"\0\0\n"])
def test_no_games(line: bytes) -> None:
    with pytest.raises((BadValue, ValueError)):
        parse_line(line)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_no_numbers(word: str) -> None:
    line = line_of(RECORD).replace(b'"komi": 0.5', f'"komi": {word}'.encode())
    with pytest.raises(BadValue, match="komi"):
        parse_line(line)


def test_keys_are_all_there_and_no_more() -> None:
    row = json.loads(line_of(RECORD))
    for wrong in ({**row, "more": 1}, {key: value for key, value in row.items() if key != "note"}):
        with pytest.raises(BadValue, match="keys"):
            parse_line(json.dumps(wrong).encode())

"""The file of games: appended, one writer, torn ends cut off, damage told with its line."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tessera.interfaces.arbiter import GameRecord
from tessera.league.lines import line_of
from tessera.league.records import MAX_LINE, RecordError, RecordFile, read_records

GAMES = [
    GameRecord(n, "a", "b", "B+R", ((1, 12),), 5, 0.5, "chinese-kgs", f"random 1-{n}", (0.5, 0.25)) for n in range(1, 6)
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "league" / "games.jsonl"
    with RecordFile(path) as file:
        for game in GAMES:
            file.append(game)
        assert file.records == GAMES
    return path


def test_there_and_back(path: Path) -> None:
    assert list(read_records(path)) == GAMES
    with RecordFile(path) as file:
        assert file.records == GAMES
        file.append(replace(GAMES[0], number=9))
    assert [game.number for game in read_records(path)] == [1, 2, 3, 4, 5, 9]


def test_moves_may_stay_on_the_disk(path: Path) -> None:
    with RecordFile(path, moves=False) as file:
        assert file.records == [replace(game, moves=()) for game in GAMES]
        file.append(replace(GAMES[0], number=9))
        assert file.records[-1].moves == GAMES[0].moves, "of a game that was just played they are at hand"
    assert list(read_records(path)) == [*GAMES, replace(GAMES[0], number=9)]


def test_a_torn_last_line_is_cut_off_wherever_it_tore(path: Path) -> None:
    whole = path.read_bytes()
    start = len(whole) - len(line_of(GAMES[-1]))
    for length in range(start, len(whole)):
        path.write_bytes(whole[:length])
        assert list(read_records(path)) == GAMES[:4]
        assert path.stat().st_size == length, "reading changes nothing"
        with RecordFile(path) as file:
            assert file.records == GAMES[:4]
            file.append(GAMES[4])
        assert path.read_bytes() == whole


def test_a_power_cut_that_left_zeros(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole + bytes(5000))
    with RecordFile(path) as file:
        assert file.records == GAMES
    assert path.read_bytes() == whole


@pytest.mark.parametrize("line", [b"\n", b"{}\n", line_of(GAMES[0])[:-20] + b"\n", b"x" * (MAX_LINE + 5) + b"\n"])
def test_damage_in_the_middle_is_told_with_its_line_and_left_as_it_is(path: Path, line: bytes) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    damaged = b"".join([*lines[:2], line, *lines[2:]])
    path.write_bytes(damaged)
    with pytest.raises(RecordError, match=r"games\.jsonl: line 3"):
        RecordFile(path)
    assert path.read_bytes() == damaged
    path.write_bytes(b"".join(lines))
    RecordFile(path).close()  # the lock was given back


def test_one_process_at_a_time(path: Path) -> None:
    code = f"from pathlib import Path; from tessera.league.records import RecordFile; RecordFile(Path({str(path)!r}))"
    with RecordFile(path) as file:
        with pytest.raises(RecordError, match="another league is running there"):
            RecordFile(path)
        refused = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert "another league is running there" in refused.stderr
        assert list(read_records(path)) == file.records, "but reading is free"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_lock_is_not_inherited(path: Path) -> None:
    with RecordFile(path):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
    try:
        RecordFile(path).close()
    finally:
        child.communicate(b"\n")


def test_a_full_disk_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()
    written = os.write

    def full(descriptor: int, data: memoryview) -> int:
        if len(data) < 50:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return written(descriptor, data[: len(data) // 2])

    with RecordFile(path) as file:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            with pytest.raises(RecordError, match="game 6 was not written: No space left on device"):
                file.append(replace(GAMES[0], number=6))
        assert path.read_bytes() == before and file.records == GAMES
        file.append(replace(GAMES[0], number=7))
    assert [game.number for game in read_records(path)] == [1, 2, 3, 4, 5, 7]


def test_a_line_that_could_not_be_read_back_is_not_written(path: Path) -> None:
    with RecordFile(path) as file, pytest.raises(RecordError, match=f"more than {MAX_LINE}"):
        file.append(replace(GAMES[0], note="x" * MAX_LINE))
    assert list(read_records(path)) == GAMES


def test_places_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "games.jsonl"):
        with pytest.raises(RecordError, match="cannot be opened"):
            RecordFile(path)
    with pytest.raises(RecordError, match="cannot be read: No such file"):
        list(read_records(tmp_path / "none"))

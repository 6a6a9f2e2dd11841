"""Results of any origin as records: our own lines, a CSV table, a folder of SGF files."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tessera import sgf
from tessera.errors import BadValue, SgfError
from tessera.interfaces.arbiter import VOID, GameRecord
from tessera.league.records import RecordError, read_records
from tessera.ratings.counting import counted

RESULT = re.compile(r"([BW]\+)(.*)|0|[Dd]raw")
WORDS = {"resign": "R", "time": "T", "forfeit": "F"}
"""SGF's long forms."""
MAX_CSV_BYTES = 64 << 20
COLUMNS = ("black", "white", "result")


def read_results(paths: Iterable[Path]) -> list[GameRecord]:
    """The games of several files and folders that count, numbered through.

    Raises `RecordError` or `SgfError` with the place that is wrong.
    """
    games = [record for path in paths for record in counted(_read(path))]
    return [replace(record, number=number) for number, record in enumerate(games, 1)]


def _read(path: Path) -> Iterator[GameRecord]:
    if path.is_dir():
        return _read_folder(path)
    if path.suffix.lower() == ".csv":
        return _read_csv(path)
    if path.suffix.lower() == ".jsonl":
        return read_records(path)
    raise BadValue("RESULTS", str(path), "a .jsonl or .csv file, or a folder of .sgf files")


def _read_csv(path: Path) -> Iterator[GameRecord]:
    """Columns black, white, result, in any order beside others."""
    try:
        if path.stat().st_size > MAX_CSV_BYTES:
            raise RecordError(f"{path}: {path.stat().st_size} bytes, more than {MAX_CSV_BYTES}")
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise RecordError(f"{path}: no column {', '.join(missing)} in its first line")
            for number, row in enumerate(rows, 1):
                black, white, result = ((row[name] or "").strip() for name in COLUMNS)
                if not (black and white and result) or black == white:
                    raise RecordError(f"{path}: line {rows.line_num}: it takes two players and a result")
                yield _record(number, black, white, result)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordError(f"{path}: cannot be read: {error}") from None


def _read_folder(folder: Path) -> Iterator[GameRecord]:
    paths = sorted(folder.glob("*.sgf"))
    if not paths:
        raise BadValue("RESULTS", str(folder), "a folder with files ending in .sgf")
    for number, path in enumerate(paths, 1):
        told = sgf.read(path, strict=True)
        try:
            game = told.game()
        except SgfError as error:
            raise SgfError(f"{path}: {error}") from None
        if not (told.black and told.white) or told.black == told.white:
            raise SgfError(f"{path}: it does not name two players")
        moves = tuple((move.color, move.point) for move in game.moves)
        yield _record(number, told.black, told.white, told.result, moves, game.size, game.komi, game.rules.name)


def _record(
    number: int,
    black: str,
    white: str,
    result: str,
    moves: tuple[tuple[int, int], ...] = (),
    size: int = 0,
    komi: float = 0.0,
    rules: str = "",
) -> GameRecord:
    """`opening` tells games apart whose moves are not known."""
    match = RESULT.fullmatch(result.strip())
    normal = VOID if match is None else "0" if match[1] is None else match[1] + WORDS.get(match[2].lower(), match[2])
    return GameRecord(number, black, white, normal, moves, size, komi, rules, f"game {number}", (0.0, 0.0))

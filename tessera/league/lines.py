"""A game as one line of JSON, and back, every value checked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any, TypeVar

from tessera.errors import BadValue
from tessera.interfaces.arbiter import VOID, GameRecord
from tessera.league.values import number, typed, whole
from tessera.rules.coords import BLACK, MAX_SIZE, MIN_SIZE, WHITE

RESULT = re.compile(rf"[BW]\+([0-9]+(\.[0-9]+)?|R|T|F)|0|{VOID}")
T = TypeVar("T")
LARGEST = 2**53
"""Whole numbers up to this survive every reader of JSON."""


def line_of(record: GameRecord) -> bytes:
    """The record as one line of JSON, newline included."""
    text = json.dumps(asdict(record), ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8", "replace")


def parse_line(line: bytes) -> GameRecord:
    """A line of a file of games. Raises `ValueError` or `BadValue` for what is no record."""
    row: Any = json.loads(line)
    if not isinstance(row, dict) or row.keys() != {each.name for each in fields(GameRecord)}:
        raise BadValue("keys", sorted(row) if isinstance(row, dict) else row, "those of a game")
    record = GameRecord(**{key: PARSERS[key](key, value) for key, value in row.items()})
    points = record.size**2
    if not all(color in (BLACK, WHITE) and 0 <= point <= points for color, point in record.moves):
        raise BadValue("moves", "a move", f"[{BLACK} or {WHITE}, 0 to {points}]")
    if record.black == record.white:
        raise BadValue("white", record.white, "another player than black")
    return record


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadValue(key, value, "text")
    return value


def _name(key: str, value: Any) -> str:
    if not _text(key, value):
        raise BadValue(key, value, "a name")
    return str(value)


def _result(key: str, value: Any) -> str:
    if not RESULT.fullmatch(_text(key, value)):
        raise BadValue(key, value, f"B+3.5, W+R, 0, {VOID}, ...")
    return str(value)


def _moves(key: str, value: Any) -> tuple[tuple[int, int], ...]:
    return tuple(_pair(key, move, _coordinate) for move in typed(key, value, list))


def _coordinate(key: str, value: Any) -> int:
    # Hundreds in every game, and tens of thousands of games: in the quickest way.
    return value if type(value) is int and 0 <= value <= MAX_SIZE**2 else whole(key, value, 0, MAX_SIZE**2)


def _seconds(key: str, value: Any) -> tuple[float, float]:
    return _pair(key, value, lambda key, part: number(key, part, 0, LARGEST))


def _pair(key: str, value: Any, check: Callable[[str, Any], T]) -> tuple[T, T]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadValue(key, value, "a list of two")
    return check(key, value[0]), check(key, value[1])


PARSERS: dict[str, Callable[[str, Any], Any]] = {
    "number": lambda key, value: whole(key, value, 0, LARGEST),
    "black": _name,
    "white": _name,
    "result": _result,
    "moves": _moves,
    "size": lambda key, value: whole(key, value, MIN_SIZE, MAX_SIZE),
    "komi": lambda key, value: number(key, value, -LARGEST, LARGEST),
    "rules": _text,
    "opening": _text,
    "seconds": _seconds,
    "attempt": lambda key, value: whole(key, value, 1, LARGEST),
    "note": _text,
    "culprit": _text,
}

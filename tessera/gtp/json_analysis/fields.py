"""Single fields of a query: each reader checks one kind of value and blames its field for anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tessera.errors import BadValue
from tessera.rules.coords import parse_color, parse_vertex

Fields = Mapping[str, Any]

MAX_MOVES = 10_000
MAX_SECONDS = 1_000_000.0


class QueryError(Exception):
    """A field that cannot be used."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def read_integer(fields: Fields, name: str, low: int, high: int) -> int:
    value = fields.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise QueryError(name, f"Must be an integer from {low} to {high}")
    return value


def read_number(fields: Fields, name: str, low: float, high: float) -> float:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise QueryError(name, f"Must be a number from {low:g} to {high:g}")
    return float(value)


def read_flag(fields: Fields, name: str) -> bool:
    """False without the field."""
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise QueryError(name, "Must be a boolean")
    return value


def read_array(fields: Fields, name: str) -> list[Any]:
    """Empty without the field."""
    value = fields.get(name, [])
    if not isinstance(value, list) or len(value) > MAX_MOVES:
        raise QueryError(name, f"Must be an array of at most {MAX_MOVES} elements")
    return value


def read_color(text: object, name: str) -> int:
    try:
        return parse_color(text if isinstance(text, str) else "")
    except BadValue:
        raise QueryError(name, 'Could not parse player, must be "B" or "W"') from None


_PAIR = re.compile(r"\((\d{1,2}),(\d{1,2})\)")


def read_point(text: object, name: str, size: int) -> int:
    """'Q4', 'pass', or '(x,y)' counted from the top-left."""
    pair = _PAIR.fullmatch(text.replace(" ", "")) if isinstance(text, str) else None
    if pair and max(int(pair[1]), int(pair[2])) < size:
        return int(pair[2]) * size + int(pair[1])
    try:
        return parse_vertex(text if isinstance(text, str) else "", size)
    except BadValue:
        raise QueryError(name, f"Could not parse board location: {str(text)[:40]}") from None


def read_moves(fields: Fields, name: str, size: int) -> tuple[tuple[int, int], ...]:
    """[["B", "D4"], ...] as (color, point); empty without the field."""
    found = []
    for entry in read_array(fields, name):
        if not isinstance(entry, list) or len(entry) != 2:
            raise QueryError(name, "Must be an array of [player, location] pairs")
        found.append((read_color(entry[0], name), read_point(entry[1], name, size)))
    return tuple(found)

"""Every game as JSON that is small enough for thousands of them in one page, and safe inside <script>.

Names, settings, openings and notes stand once in tables; a game is a list of numbers in the order of `FIELDS`.
Moves are one string, two letters each: SGF's column and row, 'zz' for a pass (no board has 26 lines), and the
first letter is a capital when White moves. So 80 moves take 160 bytes.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

from tessera.html.words import clean
from tessera.interfaces.arbiter import GameRecord
from tessera.rules.coords import WHITE, sgf_point
from tessera.rules.ruleset import parse_ruleset
from tessera.sgf.values import rules_text

T = TypeVar("T", bound=Hashable)

FIELDS = (
    "number",
    "attempt",
    "black",
    "white",
    "result",
    "setting",
    "opening",
    "blackSeconds",
    "whiteSeconds",
    "note",
    "culprit",
    "moves",
)
PASS = "zz"
UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
"""Neither '</script>' nor '<!--' can appear, so the parser cannot leave the element early."""


class Numbered(Generic[T]):
    """Each value once, in order of first use."""

    def __init__(self, values: Sequence[T] = ()) -> None:
        self._numbers: dict[T, int] = {value: number for number, value in enumerate(values)}

    def number(self, value: T) -> int:
        """Where the value stands; it is added when new."""
        return self._numbers.setdefault(value, len(self._numbers))

    def values(self) -> list[T]:
        return list(self._numbers)


def encode_moves(moves: Sequence[tuple[int, int]], size: int) -> str:
    """The moves' letters, as the module says."""
    return "".join(_letters(color, point, size) for color, point in moves)


def _letters(color: int, point: int, size: int) -> str:
    letters = sgf_point(point, size) or PASS
    return letters[0].upper() + letters[1] if color == WHITE else letters


def games_json(records: Sequence[GameRecord], players: Sequence[str], *, program: str) -> str:
    """The page's data: `players` first, in their order, then those that only the records know.

    `program` is what a downloaded SGF names as its writer.
    """
    names, openings, notes = Numbered(players), Numbered[str](), Numbered[str]([""])
    settings = Numbered[tuple[int, float, str, str]]()
    games = [
        [
            record.number,
            record.attempt,
            names.number(record.black),
            names.number(record.white),
            clean(record.result),
            settings.number((record.size, record.komi, clean(record.rules), rules_text(parse_ruleset(record.rules)))),
            openings.number(record.opening),
            round(record.seconds[0], 2),
            round(record.seconds[1], 2),
            notes.number(record.note),
            names.number(record.culprit) if record.culprit else -1,
            encode_moves(record.moves, record.size),
        ]
        for record in records
    ]
    tables = {
        "program": program,
        "players": [clean(each) for each in names.values()],
        "settings": settings.values(),
        "openings": [clean(each) for each in openings.values()],
        "notes": [clean(each) for each in notes.values()],
        "fields": FIELDS,
        "games": games,
    }
    text = json.dumps(tables, separators=(",", ":"), allow_nan=False)
    for character, escaped in UNSAFE.items():
        text = text.replace(character, escaped)
    return text

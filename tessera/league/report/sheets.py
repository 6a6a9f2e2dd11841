"""Ratings and games as CSV (RFC 4180 with plain line feeds), for a spreadsheet or another program.

A spreadsheet takes a cell that begins with = + - @ for a formula; foreign text that does gets an apostrophe in
front (OWASP, "CSV Injection"). Numbers are written as they are; one that is not finite is an empty cell.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tessera.html.words import clean
from tessera.interfaces.arbiter import GameRecord

if TYPE_CHECKING:
    from tessera.league.summary import Summary

FORMULA = ("=", "+", "-", "@")

RATINGS = (
    "rank",
    "name",
    "elo",
    "low",
    "high",
    "anchored",
    "games",
    "wins",
    "draws",
    "losses",
    "score",
    "mean_moves",
    "seconds_per_move",
    "forfeits",
    "voids",
)
"""Columns of the ratings; all but the rank are attributes of a `Row`."""
GAMES = (
    "number",
    "attempt",
    "black",
    "white",
    "result",
    "moves",
    "size",
    "komi",
    "rules",
    "opening",
    "black_seconds",
    "white_seconds",
    "culprit",
    "note",
)


def ratings_csv(summary: Summary) -> str:
    """A line for each player, best first. `low` and `high` are the ends of the 95% interval against the anchor."""
    ranked = enumerate(summary.rows, 1)
    return _sheet(RATINGS, ((rank, *(getattr(row, column) for column in RATINGS[1:])) for rank, row in ranked))


def games_csv(records: Sequence[GameRecord]) -> str:
    """A line for each game in the order given, voids too; `moves` is their number, seconds are thinking times."""
    return _sheet(GAMES, map(_game, records))


def _game(record: GameRecord) -> tuple[str | float, ...]:
    players = (record.number, record.attempt, record.black, record.white, record.result, len(record.moves))
    setting = (record.size, record.komi, record.rules, record.opening)
    return (*players, *setting, *record.seconds, record.culprit, record.note)


def _sheet(header: Sequence[str], lines: Iterable[Sequence[str | float]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in line] for line in lines)
    return text.getvalue()


def _cell(value: str | float) -> str | int | float:
    if isinstance(value, str):
        line = clean(value)
        return f"'{line}" if line.startswith(FORMULA) else line
    if isinstance(value, int):
        return int(value)  # a spreadsheet's yes and no are 1 and 0
    return round(float(value), 4) if math.isfinite(value) else ""

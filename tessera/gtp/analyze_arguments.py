"""The arguments of lz-analyze, kata-analyze and the genmove_analyze forms.

    [color] [interval] [interval CENTISECONDS] [minmoves N] [maxmoves N] [ownership true] [rootInfo true]
    [avoid COLOR VERTEX,VERTEX,... DEPTH] [allow COLOR VERTEX,VERTEX,... DEPTH]

`movesOwnership`, `ownershipStdev`, `movesOwnershipStdev` and `pvVisits` are understood and left out of the
report. `avoid` and `allow` act at the root; a depth beyond it is not enforced further down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tessera.gtp.arguments import boolean, color, integer, is_color, vertex
from tessera.gtp.protocol import SYNTAX_ERROR, GtpFailure

DEFAULT_INTERVAL = 1.0
SHORTEST_INTERVAL = 0.01
LONGEST_INTERVAL = 10**9
LEFT_OUT = ("movesOwnership", "movesOwnershipStdev", "ownershipStdev", "pvVisits", "pvEdgeVisits")


@dataclass
class AnalyzeArguments:
    """What was asked for."""

    color: int | None = None
    interval: float | None = None
    """Seconds between reports."""
    min_moves: int = 0
    max_moves: int | None = None
    ownership: bool = False
    root_info: bool = False
    avoid: dict[int, set[int]] = field(default_factory=dict)
    """color -> points"""
    allow: dict[int, set[int]] = field(default_factory=dict)


def parse(args: Sequence[str], size: int) -> AnalyzeArguments:
    """Raises `GtpFailure` for words that are not understood."""
    asked = AnalyzeArguments()
    words = list(args)
    while words:
        word = words.pop(0)
        if is_color(word):
            asked.color = color(word)
        elif word.isascii() and word.isdigit():
            asked.interval = _interval(word)
        elif word in ("avoid", "allow"):
            _restriction(asked, word, _take(words, 3), size)
        else:
            _option(asked, word, _take(words, 1)[0])
    if asked.avoid and asked.allow:
        raise GtpFailure(f"{SYNTAX_ERROR}: avoid and allow together")
    return asked


def _take(words: list[str], number: int) -> list[str]:
    if len(words) < number:
        raise GtpFailure(SYNTAX_ERROR)
    taken = words[:number]
    del words[:number]
    return taken


def _interval(word: str) -> float:
    return max(SHORTEST_INTERVAL, integer(word, 0, LONGEST_INTERVAL) / 100)


def _option(asked: AnalyzeArguments, name: str, value: str) -> None:
    match name:
        case "interval":
            asked.interval = _interval(value)
        case "minmoves":
            asked.min_moves = integer(value, 0)
        case "maxmoves":
            asked.max_moves = integer(value, 0)
        case "ownership":
            asked.ownership = boolean(value)
        case "rootInfo":
            asked.root_info = boolean(value)
        case _ if name in LEFT_OUT:
            boolean(value)
        case _:
            raise GtpFailure(f"{SYNTAX_ERROR}: {name[:40]}")


def _restriction(asked: AnalyzeArguments, name: str, words: list[str], size: int) -> None:
    side = color(words[0])
    points = {vertex(word, size) for word in words[1].split(",") if word}
    integer(words[2], 1)
    table = asked.avoid if name == "avoid" else asked.allow
    table.setdefault(side, set()).update(points)

"""The arguments of lz-analyze, kata-analyze and the genmove_analyze forms.

    [color] [interval] [interval CENTISECONDS] [minmoves N] [maxmoves N] [ownership true] [rootInfo true]
    [movesOwnership true] [pvVisits true] [pvEdgeVisits true] [noResultValue true]
    [avoid COLOR VERTEX,VERTEX,... DEPTH] [allow COLOR VERTEX,VERTEX,... DEPTH]

`ownershipStdev` and `movesOwnershipStdev` are understood and left out of the report: the search does not keep them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tessera.gtp.arguments import boolean, color, integer, is_color, vertex
from tessera.gtp.info_lines import KataForm
from tessera.gtp.protocol import SYNTAX_ERROR, GtpFailure
from tessera.gtp.restrictions import Restriction

DEFAULT_INTERVAL = 1.0
SHORTEST_INTERVAL = 0.01
LONGEST_INTERVAL = 10**9
LEFT_OUT = ("movesOwnershipStdev", "ownershipStdev")
FORMS = {
    "ownership": "ownership",
    "rootInfo": "root_info",
    "movesOwnership": "moves_ownership",
    "pvVisits": "pv_visits",
    "pvEdgeVisits": "pv_edge_visits",
    "noResultValue": "no_result",
}
"""Word -> field of `KataForm`."""


@dataclass
class AnalyzeArguments:
    """What was asked for."""

    color: int | None = None
    interval: float | None = None
    """Seconds between reports."""
    form: KataForm = KataForm()
    restrictions: list[Restriction] = field(default_factory=list)


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
    if len({each.only for each in asked.restrictions}) > 1:
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
            asked.form = replace(asked.form, min_moves=integer(value, 0))
        case "maxmoves":
            asked.form = replace(asked.form, max_moves=integer(value, 0))
        case _ if name in FORMS:
            asked.form = replace(asked.form, **{FORMS[name]: boolean(value)})
        case _ if name in LEFT_OUT:
            boolean(value)
        case _:
            raise GtpFailure(f"{SYNTAX_ERROR}: {name[:40]}")


def _restriction(asked: AnalyzeArguments, name: str, words: list[str], size: int) -> None:
    side = color(words[0])
    points = frozenset(vertex(word, size) for word in words[1].split(",") if word)
    asked.restrictions.append(Restriction(side, points, integer(words[2], 1), only=name == "allow"))

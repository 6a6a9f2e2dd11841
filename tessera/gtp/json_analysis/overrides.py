"""`overrideSettings`: KataGo's search parameters, as far as there is the same here.

What we have is taken, a value that says what happens here anyway is accepted, and for everything else the
client is warned: its query is answered without it.
"""

from __future__ import annotations

import math
from typing import Any, Literal

from tessera.gtp.json_analysis.fields import MAX_SECONDS, QueryError, read_integer, read_number
from tessera.gtp.settings import MAX_NOISE

MAX_VISITS = 1_000_000_000
MAX_PV = 1000
Perspective = Literal["BLACK", "WHITE", "SIDETOMOVE"]
PERSPECTIVES: tuple[Perspective, ...] = ("BLACK", "WHITE", "SIDETOMOVE")

SAME_HERE: dict[str, tuple[object, ...]] = {
    "antiMirror": (False,),
    "conservativePass": (True, False),
    "humanSLProfile": ("",),
    "ignorePreRootHistory": (False,),
    "playoutDoublingAdvantage": (0,),
    "rootNumSymmetriesToSample": (1,),
    "rootSymmetryPruning": (False,),
}
"""Settings we do not have, with the values that ask for nothing we do not do."""


def overrides(given: object) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Fields of a `Query` and warnings as (field, message). Raises `QueryError` for a value out of its range."""
    if not isinstance(given, dict):
        raise QueryError("overrideSettings", "Must be an object")
    settings = {name: _number_of(value) for name, value in given.items()}
    taken: dict[str, Any] = {}
    unknown = []
    for name, value in settings.items():
        match name:
            case "reportAnalysisWinratesAs":
                taken["perspective"] = parse_perspective(value)
            case "maxVisits" | "maxPlayouts":
                taken["visits"] = min(taken.get("visits", MAX_VISITS), read_integer(settings, name, 1, MAX_VISITS))
            case "maxTime":
                taken["seconds"] = min(MAX_SECONDS, max(0.001, read_number(settings, name, 0.0, math.inf)))
            case "wideRootNoise":
                taken["wide_root_noise"] = read_number(settings, name, 0.0, MAX_NOISE)
            case "analysisPVLen":
                taken["pv_length"] = read_integer(settings, name, 1, MAX_PV)
            case _ if not _same_here(name, value):
                unknown.append(str(name)[:60])
    if unknown:
        return taken, [("overrideSettings", f"Not supported here, ignored: {', '.join(unknown[:20])}")]
    return taken, []


def parse_perspective(text: object) -> Perspective:
    """'black', 'WHITE', 'sidetomove'; raises `QueryError`."""
    for known in PERSPECTIVES:
        if isinstance(text, str) and text.upper() == known:
            return known
    raise QueryError("reportAnalysisWinratesAs", f"Must be one of {', '.join(PERSPECTIVES)}")


def _number_of(value: object) -> object:
    """The value; a number that came as text, which KataGo takes as well, as a number."""
    if not isinstance(value, str) or len(value) > 40 or "_" in value:
        return value
    try:
        found = float(value)
    except ValueError:
        return value
    return found if math.isfinite(found) else value


def _same_here(name: str, value: object) -> bool:
    # In Python 0 == False; a setting that is a number is not switched off by `false`.
    return any(value == same and isinstance(value, bool) == isinstance(same, bool) for same in SAME_HERE.get(name, ()))

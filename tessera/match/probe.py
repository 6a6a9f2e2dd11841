"""Is an external engine there, is it the right one, and does it play? What `tessera engines` shows."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tessera.engines import Profile
from tessera.errors import EngineError
from tessera.interfaces.arbiter import ArbiterContext, Entrant
from tessera.interfaces.player import RESIGN, Limits
from tessera.match.engine import EngineProcess
from tessera.match.launch import plan_profile
from tessera.match.logs import StderrLog
from tessera.match.player import EnginePlayer
from tessera.rules.coords import BLACK, vertex
from tessera.rules.game import Game
from tessera.rules.ruleset import DEFAULT, PRESETS, Ruleset

PATIENCE = 60.0
"""Seconds for each answer; a first start may tune itself to the machine."""
SIZE = 9
"""Side of the board a move is asked on, or the nearest the engine plays on."""


@dataclass(frozen=True)
class Probe:
    """What was found out about one engine."""

    name: str
    """Name of the profile."""
    title: str
    status: Literal["ok", "absent", "trouble"]
    """trouble: something is there, but it is another program, or it does not play."""
    program: str
    """Where it was found, '' where it was not."""
    version: str
    """As the program prints it."""
    cannot: tuple[str, ...]
    detail: str = ""
    """What went wrong; or who it says it is in GTP, its move, and the seconds until then."""
    cure: str = ""
    """What to do where it is absent or in trouble."""


def look(profile: Profile, program: str | None = None) -> Probe:
    """Find the program and ask for its version, without GTP. Raises nothing."""
    found = profile.find(program)
    if found is None:
        return _probe(profile, "absent", "", "", "not installed", profile.cure)
    try:
        return _probe(profile, "ok", found, profile.probe(program))
    except EngineError as error:
        return _probe(profile, "trouble", found, "", str(error), profile.cure)


def probe(
    profile: Profile,
    settings: Mapping[str, object] | None = None,
    *,
    program: str | None = None,
    patience: float = PATIENCE,
) -> Probe:
    """As `look`, then start it with `settings`, ask name and version by GTP, and a move.

    Raises `BadValue` for settings it does not take; everything else is in the answer.
    """
    seen = look(profile, program)
    if seen.status != "ok":
        return seen
    with tempfile.TemporaryDirectory(prefix="tessera-probe-") as folder:
        try:
            detail = _play(profile, settings or {}, program, patience, Path(folder))
        except EngineError as error:
            return _probe(profile, "trouble", seen.program, seen.version, str(error), profile.cure)
    return _probe(profile, "ok", seen.program, seen.version, detail)


def _play(profile: Profile, settings: Mapping[str, object], program: str | None, patience: float, folder: Path) -> str:
    """Who it says it is, and its move on the empty board."""
    rules = _rules(profile)
    size = int(min(max(SIZE, profile.sizes[0]), profile.sizes[1]))
    overrides: dict[str, object] = {"settings": settings, **({"program": program} if program else {})}
    entrant = Entrant(profile.title, "engine", overrides)
    context = ArbiterContext(
        entrants={entrant.name: entrant}, size=size, rules=rules, komi=7.0, logs=folder, patience=patience
    )
    started = time.monotonic()
    log = StderrLog(folder / "stderr.log")
    engine = EngineProcess(plan_profile(entrant, context, profile), seed=1, log=log, patience=patience)
    try:
        engine.greet()
        game = Game(size, rules=rules)
        point = EnginePlayer(engine, name=profile.title, seed=1).choose(game, BLACK, Limits()).point
    finally:
        engine.close()
    seconds = time.monotonic() - started
    answer = "resign" if point == RESIGN else vertex(point, size)
    return f"GTP: {engine.title} {engine.version}; plays {answer} on {size}x{size}, {seconds:.1f} s in all"


def _rules(profile: Profile) -> Ruleset:
    """Our default where it plays by it, else the first of its own that we know."""
    known = [name for name in profile.rules or profile.rule_names if name in PRESETS]
    return DEFAULT if DEFAULT.name in known or not known else PRESETS[known[0]]


def _probe(
    profile: Profile,
    status: Literal["ok", "absent", "trouble"],
    program: str,
    version: str,
    detail: str = "",
    cure: str = "",
) -> Probe:
    return Probe(profile.name, profile.title, status, program, version, profile.cannot, detail, cure)

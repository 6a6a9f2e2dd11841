"""How an entrant of a league becomes a GTP process: command line, folder, rules.

An engine is known by a profile (`tessera.engines`) with overrides, or by a plain command; our own program is
one too, so that any two entrants can meet. Nothing is started here: what is wrong with a description is
found before the first game.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from tessera.engines import Profile, load_profile
from tessera.errors import BadValue, EngineError
from tessera.gtp.settings import DEFAULT_VISITS
from tessera.interfaces.arbiter import ArbiterContext, Entrant

OWN_PROGRAM = (sys.executable, "-c", "import sys; from tessera.cli.gtp import main; sys.exit(main())")
"""`tessera-gtp` run by the Python that runs us, wherever its scripts are installed."""
OPTIONS = {
    "ckpt": "--ckpt",
    "player": "--player",
    "visits": "--visits",
    "seconds": "--time",
    "evaluator": "--evaluator",
    "device": "--device",
    "threads": "--threads",
    "resign": "--resign",
}
"""Settings of an entrant of kind 'tessera' that are options of the program."""
OWN_DEFAULTS = {"threads": 1, "resign": "off"}
"""Games share the cores; and they are played out, as between networks on one device."""
ENGINE_SETTINGS = ("profile", "command", "program", "settings", "setup", "seconds", "folder")


@dataclass(frozen=True)
class Launch:
    """What it takes to start one entrant, and to begin a game with it."""

    name: str
    """The entrant's."""
    command: Callable[[int], Sequence[str]]
    """command(seed) -> the words of the command line."""
    folder: Path | None = None
    """Where it runs; None for our own working folder."""
    setup: tuple[str, ...] = ()
    """GTP commands at its start."""
    new_game: tuple[str, ...] = ()
    """GTP commands before every game, with {seed}."""
    seconds: int | None = None
    """Time for each of its moves that it is told with `time_settings`."""


def plan(entrant: Entrant, context: ArbiterContext) -> Launch:
    """How to start `entrant` so that it plays by the league's rules.

    Raises `BadValue` for a setting, board size or rules it cannot take, `EngineError` where its program is missing.
    """
    match entrant.kind:
        case "tessera":
            return _own(entrant, context)
        case "engine":
            return _engine(entrant, context)
        case _:
            raise BadValue(f"kind of player {entrant.name}", entrant.kind, "tessera, engine")


def _own(entrant: Entrant, context: ArbiterContext) -> Launch:
    settings = {**OWN_DEFAULTS, **entrant.settings}
    if not {"visits", "seconds"} & settings.keys():
        settings["visits"] = DEFAULT_VISITS
    assignments = settings.pop("set", {})
    _refuse_unknown(entrant, settings, (*OPTIONS, "set"))
    if not isinstance(assignments, Mapping):
        raise BadValue(f"set of player {entrant.name}", assignments, "a table of settings of its player")
    words = [*OWN_PROGRAM, "--name", entrant.name]
    for key, value in settings.items():
        words += [OPTIONS[key], str(value)]
    for key, value in assignments.items():
        words += ["--set", f"{key}={value}"]
    rules = json.dumps(context.rules.as_katago(), separators=(",", ":"))
    # A first move waits for the weights; it is made here, where no clock runs.
    setup = (f"kata-set-rules {rules}", f"boardsize {context.size}", "reg_genmove b")
    return Launch(
        entrant.name,
        lambda seed: [*words, "--seed", str(seed)],
        setup=setup,
        new_game=("set_random_seed {seed}",),
    )


def _engine(entrant: Entrant, context: ArbiterContext) -> Launch:
    settings = entrant.settings
    if ("profile" in settings) == ("command" in settings):
        raise BadValue(f"player {entrant.name}", sorted(settings), "either a profile or a command")
    if "profile" in settings:
        return plan_profile(entrant, context, load_profile(str(settings["profile"])))
    for key in ("program", "settings"):
        if key in settings:
            raise BadValue(f"{key} of player {entrant.name}", settings[key], "given with a profile only")
    return _launch(entrant, context, _plain(entrant), rules=context.rules.name)


def plan_profile(entrant: Entrant, context: ArbiterContext, profile: Profile) -> Launch:
    """`plan` for an engine with this profile, whatever the entrant's settings call it."""
    settings = entrant.settings
    profile.check_size(context.size)
    program = profile.located(str(settings["program"]) if "program" in settings else None)
    knobs = settings.get("settings", {})
    if not isinstance(knobs, Mapping):
        raise BadValue(f"settings of player {entrant.name}", knobs, f"a table of {', '.join(profile.knobs())}")
    preset = context.rules.name

    def command(seed: int) -> Sequence[str]:
        ours = {"seed": seed} if "seed" in profile.knobs() else {}
        return profile.command(preset, {**ours, **knobs}, program=program)

    command(0)  # finds what is wrong with it
    launch = _launch(entrant, context, command, rules=profile.rules_name(preset))
    return replace(
        launch,
        folder=launch.folder or profile.directory(program),
        setup=(*profile.start_commands(preset), *launch.setup),
        new_game=profile.new_game,
    )


def _launch(
    entrant: Entrant, context: ArbiterContext, command: Callable[[int], Sequence[str]], *, rules: str
) -> Launch:
    """What profiles and plain commands have in common; `rules` is what the engine calls them."""
    settings = entrant.settings
    _refuse_unknown(entrant, settings, ENGINE_SETTINGS)
    return Launch(
        entrant.name,
        command,
        Path(str(settings["folder"])) if "folder" in settings else None,
        setup=tuple(line.replace("{rules}", rules) for line in _words(entrant, "setup")),
        seconds=_seconds(entrant, context),
    )


def _plain(entrant: Entrant) -> Callable[[int], Sequence[str]]:
    words = _words(entrant, "command")
    if not words:
        raise BadValue(f"command of player {entrant.name}", words, "a program and its arguments")
    if shutil.which(words[0]) is None:
        raise EngineError(f"player {entrant.name}: there is no program {words[0]!r}")
    return partial(_with_seed, words)


def _with_seed(words: Sequence[str], seed: int) -> Sequence[str]:
    return [word.replace("{seed}", str(seed)) for word in words]


def _seconds(entrant: Entrant, context: ArbiterContext) -> int | None:
    value = entrant.settings.get("seconds")
    if value is None:
        return None
    if context.time is not None:
        raise BadValue(f"seconds of player {entrant.name}", value, "absent where the league has a clock")
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 1 or value != int(value):
        raise BadValue(f"seconds of player {entrant.name}", value, "whole seconds from 1, as GTP counts them")
    return int(value)


def _words(entrant: Entrant, key: str) -> tuple[str, ...]:
    value: Any = entrant.settings.get(key, [])
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        raise BadValue(f"{key} of player {entrant.name}", value, "a list of words")
    return tuple(value)


def _refuse_unknown(entrant: Entrant, settings: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in settings:
        if key not in known:
            raise BadValue(f"setting of player {entrant.name}", key, ", ".join(known))

"""External engines by name: where to find each program, and how to make it play by our rules.

A profile is a TOML file. Ours come with the package (`tessera/profiles`); `./engines` and then the folder
named by $TESSERA_ENGINES may add more, or replace one of the same name. A profile is data: nothing in it is
run except the program it names, with the arguments it lists.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from tessera.errors import BadValue, EngineError

VARIABLE = "TESSERA_ENGINES"
MAX_PROFILE_BYTES = 64 * 1024
PROBE_SECONDS = 10.0


@dataclass(frozen=True)
class Profile:
    """One external engine. Every field but `name` is a key of the TOML file."""

    title: str
    """The engine's own name, 'GNU Go'."""
    programs: tuple[str, ...]
    """File names to look for, best first."""
    cure: str
    """How to get it."""
    version_arguments: tuple[str, ...]
    """What makes it print its version and exit."""
    version_pattern: str
    """What that print must contain, with the version as the first group; anything else is another program."""
    arguments: tuple[str, ...] = ()
    """What makes it speak GTP."""
    folders: tuple[str, ...] = ()
    """Where to look beside the PATH."""
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Arguments by ruleset preset."""
    settings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Arguments by setting ('level', 'seed'), with {} where the value goes."""
    setup: tuple[str, ...] = ()
    """GTP commands to send at the start, with {rules} where the preset's name goes."""
    name: str = ""
    """The file's name without .toml."""

    def find(self) -> str | None:
        """The path of the program, None where it is not installed."""
        path = os.pathsep.join([os.environ.get("PATH", os.defpath), *self.folders])
        return next((found for program in self.programs if (found := shutil.which(program, path=path))), None)

    def command(self, rules: str, settings: Mapping[str, object] | None = None) -> list[str]:
        """The command line for GTP under a preset. Raises `EngineError`, or `BadValue` for what it cannot do."""
        program = self.find()
        if program is None:
            raise EngineError(f"{self.title} is not installed: {self.cure}")
        if self.rules and rules not in self.rules:
            raise BadValue(f"rules for {self.title}", rules, ", ".join(self.rules))
        words = [program, *self.arguments, *self.rules.get(rules, ())]
        for key, value in (settings or {}).items():
            if key not in self.settings:
                raise BadValue(f"setting of {self.title}", key, ", ".join(self.settings) or "none")
            words += [word.replace("{}", str(value)) for word in self.settings[key]]
        return words

    def probe(self) -> str:
        """The version of the program found. Raises `EngineError` when it is absent, silent or another program."""
        program = self.find()
        if program is None:
            raise EngineError(f"{self.title} is not installed: {self.cure}")
        try:
            done = subprocess.run(
                [program, *self.version_arguments],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=PROBE_SECONDS,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EngineError(f"{program} did not tell its version: {error}") from None
        match = re.search(self.version_pattern, done.stdout + done.stderr)
        if match is None:
            raise EngineError(f"{program} is another program, not {self.title}: {self.cure}")
        return match.group(1)


def load_profiles() -> dict[str, Profile]:
    """Every profile by name; later folders replace earlier ones. Raises `BadValue` for a file that is none."""
    return {path.stem: read_profile(path) for folder in _folders() for path in sorted(folder.glob("*.toml"))}


def load_profile(name: str) -> Profile:
    profiles = load_profiles()
    if name not in profiles:
        raise BadValue("engine", name, ", ".join(profiles), f"or put {name}.toml into ./engines")
    return profiles[name]


def read_profile(path: Path) -> Profile:
    """One file, every key and type checked."""
    where = f"engine profile {path}"
    if path.stat().st_size > MAX_PROFILE_BYTES:
        raise BadValue(where, f"{path.stat().st_size} bytes", f"up to {MAX_PROFILE_BYTES}")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadValue(where, str(error), "a TOML file") from None
    known = {each.name for each in fields(Profile)} - {"name"}
    required = {"title", "programs", "cure", "version_arguments", "version_pattern"}
    for key in table:
        if key not in known:
            raise BadValue(f"{where}: key", key, ", ".join(sorted(known)))
    for key in sorted(required - table.keys()):
        raise BadValue(f"{where}: key", key, "present, for it is required")
    return Profile(**{key: _checked(where, key, value) for key, value in table.items()}, name=path.stem)


def _checked(where: str, key: str, value: Any) -> Any:
    if key in ("rules", "settings"):
        if not isinstance(value, dict):
            raise BadValue(f"{where}: {key}", value, "a table of lists of words")
        return {name: _words(f"{where}: {key}.{name}", words) for name, words in value.items()}
    if key in ("title", "cure", "version_pattern"):
        if not isinstance(value, str):
            raise BadValue(f"{where}: {key}", value, "text")
        return value
    return _words(f"{where}: {key}", value)


def _words(where: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise BadValue(where, value, "a list of words")
    return tuple(value)


def _folders() -> Iterator[Path]:
    yield Path(__file__).parent / "profiles"
    yield Path("engines")
    if extra := os.environ.get(VARIABLE):
        yield Path(extra)

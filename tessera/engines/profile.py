"""What a profile says about one engine, and what follows from it: its command line, folder and version.

Every word of a command line is passed as it is, never through a shell.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tessera.errors import BadValue, EngineError

PROBE_SECONDS = 10.0
"""Within this a program has to print its version and exit."""
BESIDE_PROGRAM = "{program}"
"""The `folder` of an engine that must run where its program file lies."""


def program_variable(name: str) -> str:
    """The environment variable that names the program of a profile: 'leela-zero' -> TESSERA_PROGRAM_LEELA_ZERO."""
    return "TESSERA_PROGRAM_" + re.sub(r"[^A-Z0-9]", "_", name.upper())


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
    folder: str = ""
    """The folder it must run in; '{program}' is where its program file lies, '' wherever we are."""
    cannot: tuple[str, ...] = ()
    """What it cannot do, a phrase each; `tessera engines list` shows them."""
    sizes: tuple[int, int] = (2, 25)
    """Smallest and largest board."""
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Arguments by ruleset preset."""
    rule_names: Mapping[str, str] = field(default_factory=dict)
    """Its own name of each preset, for {rules} in `arguments` and `setup`."""
    settings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Arguments by setting ('level', 'seed'), with {} where the value goes."""
    pairs: Mapping[str, str] = field(default_factory=dict)
    """Settings that go as 'key={}' into one argument, separated by commas."""
    pair_option: str = ""
    """The option before that argument ('-override-config'); '' where it stands alone."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Values of settings that are not given."""
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Least and greatest value of a setting."""
    setup: tuple[str, ...] = ()
    """GTP commands to send at the start, with {rules} where its name of the rules goes."""
    new_game: tuple[str, ...] = ()
    """GTP commands to send before every game, with {seed} where a number goes."""
    name: str = ""
    """The file's name without .toml."""

    # ------------------------------------------------------------ the program

    def find(self, program: str | None = None) -> str | None:
        """The path of the program, None where it is not installed.

        `program` (a path or a name), else $TESSERA_PROGRAM_<NAME>, replaces the names of the profile.
        """
        wanted = program or os.environ.get(program_variable(self.name))
        path = os.pathsep.join([os.environ.get("PATH", os.defpath), *self.folders])
        names = (wanted,) if wanted else self.programs
        return next((found for each in names if (found := shutil.which(each, path=path))), None)

    def located(self, program: str | None = None) -> str:
        """As `find`. Raises `EngineError` with the cure where nothing is found."""
        found = self.find(program)
        if found is None:
            asked = program or os.environ.get(program_variable(self.name))
            where = f" at {asked!r}" if asked else ""
            raise EngineError(f"{self.title} is not installed{where}: {self.cure}")
        return found

    def directory(self, program: str) -> Path | None:
        """The folder it has to run in, None where that does not matter."""
        if not self.folder:
            return None
        beside = str(Path(program).resolve().parent)
        return Path(self.folder.replace(BESIDE_PROGRAM, beside))

    # ------------------------------------------------------------ how it is started

    def command(
        self, rules: str, settings: Mapping[str, object] | None = None, *, program: str | None = None
    ) -> list[str]:
        """The command line for GTP under a preset. Raises `EngineError`, or `BadValue` for what it cannot do."""
        found = self.located(program)
        name = self.rules_name(rules)
        words = [found, *(word.replace("{rules}", name) for word in self.arguments), *self.rules.get(rules, ())]
        pairs = []
        for key, value in {**self.defaults, **(settings or {})}.items():
            text = self._value(key, value)
            words += [word.replace("{}", text) for word in self.settings.get(key, ())]
            if key in self.pairs:
                pairs.append(self.pairs[key].replace("{}", text))
        if pairs:
            words += [*([self.pair_option] if self.pair_option else []), ",".join(pairs)]
        return words

    def rules_name(self, rules: str) -> str:
        """Its own name of a preset. Raises `BadValue` for rules it does not play."""
        known = self.rules or self.rule_names
        if known and rules not in known:
            raise BadValue(f"rules for {self.title}", rules, ", ".join(known))
        return self.rule_names.get(rules, rules)

    def start_commands(self, rules: str) -> tuple[str, ...]:
        """`setup` for a preset. Raises `BadValue` for rules it does not play."""
        return tuple(line.replace("{rules}", self.rules_name(rules)) for line in self.setup)

    def check_size(self, size: int) -> None:
        """Raises `BadValue` for a board it does not play on."""
        smallest, largest = self.sizes
        if not smallest <= size <= largest:
            raise BadValue(f"board size for {self.title}", size, f"{smallest:g} to {largest:g}")

    def knobs(self) -> list[str]:
        """The names of all settings."""
        return [*self.settings, *(key for key in self.pairs if key not in self.settings)]

    def _value(self, key: str, value: object) -> str:
        """A setting's value as a word, checked against its limits."""
        if key not in self.knobs():
            raise BadValue(f"setting of {self.title}", key, ", ".join(self.knobs()) or "none")
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if key in self.limits:
            least, greatest = self.limits[key]
            if not _is_within(text, least, greatest):
                raise BadValue(f"{key} of {self.title}", value, f"{least:g} to {greatest:g}")
        return text

    # ------------------------------------------------------------ is it the right one?

    def probe(self, program: str | None = None) -> str:
        """The version of the program found. Raises `EngineError` when it is absent, silent or another program."""
        found = self.located(program)
        output = _output_of([found, *self.version_arguments])
        match = None if output is None else re.search(self.version_pattern, output)
        if match is None:
            why = "told no version and did not end" if output is None else f"is another program, not {self.title}"
            raise EngineError(f"{found} {why}: {self.cure}")
        return match.group(1)


def _is_within(text: str, least: float, greatest: float) -> bool:
    try:
        return least <= float(text) <= greatest
    except ValueError:
        return False


def _output_of(command: Iterable[str]) -> str | None:
    """What a program prints on both streams; None when it cannot be started or does not end in time.

    A wrong program may be anything, a game with a window too: it runs in its own session, which is ended.
    """
    try:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError:
        return None
    with process:
        try:
            return process.communicate(timeout=PROBE_SECONDS)[0].decode("utf-8", errors="replace")
        except subprocess.TimeoutExpired:
            return None
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if process.returncode is None:
                    process.kill()
                    if hasattr(os, "killpg"):
                        os.killpg(process.pid, signal.SIGKILL)

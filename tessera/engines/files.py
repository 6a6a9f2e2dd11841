"""Profiles as TOML files: where they lie, and every key and type checked."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from tessera.config import read_toml
from tessera.engines.profile import Profile
from tessera.errors import BadValue

VARIABLE = "TESSERA_ENGINES"
REQUIRED = ("title", "programs", "cure", "version_arguments", "version_pattern")


def load_profiles() -> dict[str, Profile]:
    """Every profile by name; later folders replace earlier ones. Raises `BadValue` for a file that is none."""
    return {path.stem: read_profile(path) for folder in _folders() for path in sorted(folder.glob("*.toml"))}


def load_profile(name: str) -> Profile:
    """The profile of that name. Raises `BadValue` with the names there are."""
    profiles = load_profiles()
    if name not in profiles:
        raise BadValue("engine", name, ", ".join(profiles), f"or put {name}.toml into ./engines")
    return profiles[name]


def read_profile(path: Path) -> Profile:
    """One file. Raises `BadValue` with the file and the key that is wrong."""
    where = f"engine profile {path}"
    table = read_toml(path, where)
    known = {each.name for each in fields(Profile)} - {"name"}
    for key in table:
        if key not in known:
            raise BadValue(f"{where}: key", key, ", ".join(sorted(known)))
    for key in REQUIRED:
        if key not in table:
            raise BadValue(f"{where}: key", key, "present, for it is required")
    profile = Profile(**{key: READERS[key](f"{where}: {key}", value) for key, value in table.items()}, name=path.stem)
    _check_names(where, profile)
    return profile


def _check_names(where: str, profile: Profile) -> None:
    """Defaults and limits belong to settings, and the pattern is one with a group."""
    for table in ("defaults", "limits"):
        for key in getattr(profile, table):
            if key not in profile.knobs():
                raise BadValue(f"{where}: {table}", key, ", ".join(profile.knobs()) or "no settings are declared")
    try:
        groups = re.compile(profile.version_pattern).groups
    except re.error as error:
        raise BadValue(
            f"{where}: version_pattern", profile.version_pattern, f"a regular expression ({error})"
        ) from None
    if groups < 1:
        raise BadValue(f"{where}: version_pattern", profile.version_pattern, "one group, the version")


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadValue(where, value, "text")
    return value


def _words(where: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise BadValue(where, value, "a list of words")
    return tuple(value)


def _range(where: str, value: Any) -> tuple[float, float]:
    numbers = isinstance(value, list) and all(type(each) in (int, float) for each in value)
    if not numbers or len(value) != 2 or value[0] > value[1]:
        raise BadValue(where, value, "two numbers, the least and the greatest")
    return value[0], value[1]


def _table_of(read: Callable[[str, Any], Any], what: str) -> Callable[[str, Any], Mapping[str, Any]]:
    def reader(where: str, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise BadValue(where, value, f"a table of {what}")
        return {name: read(f"{where}.{name}", each) for name, each in value.items()}

    return reader


_word_tables = _table_of(_words, "lists of words")
_text_table = _table_of(_text, "texts")
READERS: Mapping[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("title", "cure", "version_pattern", "folder", "pair_option"), _text),
    **dict.fromkeys(("programs", "version_arguments", "arguments", "folders", "cannot", "setup", "new_game"), _words),
    **dict.fromkeys(("rules", "settings"), _word_tables),
    **dict.fromkeys(("rule_names", "pairs", "defaults"), _text_table),
    "sizes": _range,
    "limits": _table_of(_range, "ranges"),
}
"""How each key of the file is read."""


def _folders() -> Iterator[Path]:
    yield Path(__file__).parent.parent / "profiles"
    yield Path("engines")
    if extra := os.environ.get(VARIABLE):
        yield Path(extra)

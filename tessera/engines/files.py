"""Profiles as TOML files: where they lie, and every key and type checked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

from tessera.config import read_toml
from tessera.engines.profile import Profile
from tessera.errors import BadValue
from tessera.values import accept

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
    hints = get_type_hints(Profile)
    read = {key: accept(hints[key], value, f"{where}: {key}") for key, value in table.items()}
    profile = Profile(**read, name=path.stem)
    _check_together(where, profile)
    return profile


def _check_together(where: str, profile: Profile) -> None:
    """Ranges begin with their least; defaults and limits belong to settings; the pattern is one with a group."""
    for key, (least, greatest) in {"sizes": profile.sizes, **profile.limits}.items():
        if least > greatest:
            raise BadValue(f"{where}: {key}", [least, greatest], "the least, then the greatest")
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


def _folders() -> Iterator[Path]:
    yield Path(__file__).parent.parent / "profiles"
    yield Path("engines")
    if extra := os.environ.get(VARIABLE):
        yield Path(extra)

"""Settings: TOML files, and values checked against a table of defaults.

A plugin declares its settings as a flat mapping of names to plain defaults (str, int, float, bool). What a
user or a checkpoint gives is merged here, in one place, so that every plugin refuses unknown names and
wrong types in the same words. Ranges are the plugin's own business.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tessera.errors import BadValue

Plain = str | int | float | bool
KINDS: dict[type, str] = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
PLAIN_TYPES = (str, int, float, bool)


MAX_TOML_BYTES = 1 << 20


def read_toml(path: Path, name: str, *, cure: str = "") -> dict[str, Any]:
    """The table in a file; `cure` is for one that is not there.

    Raises `BadValue` that begins with `name` and says where in the file the mistake is.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_TOML_BYTES + 1)
    except OSError as error:
        raise BadValue(name, error.strerror, "a file that can be read", cure) from None
    if len(data) > MAX_TOML_BYTES:
        raise BadValue(name, f"over {MAX_TOML_BYTES} bytes", f"up to {MAX_TOML_BYTES}")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        problem = f"no UTF-8 {_place(data[: error.start].decode('utf-8'))}"
    except tomllib.TOMLDecodeError as error:
        problem = str(error).replace("(at end of document)", f"{_place(data.decode('utf-8'))}, the end")
    except RecursionError:
        problem = "tables within tables within tables"
    raise BadValue(name, problem, "a TOML file in UTF-8")


def _place(before: str) -> str:
    """Where a text goes on, in tomllib's words."""
    return f"(at line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))})"


Ranges = Mapping[str, tuple[float, float]]
"""Least and greatest value of numeric settings by name."""


def resolve(
    defaults: Mapping[str, Any], given: Mapping[str, Any], *, owner: str, ranges: Ranges = MappingProxyType({})
) -> dict[str, Any]:
    """`defaults` with `given` laid over it; `owner` ('network resnet') begins every message.

    An int is welcome where a float is the default; nothing else is converted. `ranges` may hold some of the names.
    """
    for name in given:
        if name not in defaults:
            raise BadValue(f"{owner}: setting", name, ", ".join(defaults) or "none at all")
    settings = {
        name: _checked(default, given[name], f"{owner}: {name}") if name in given else default
        for name, default in defaults.items()
    }
    for name, (low, high) in ranges.items():
        if name in given and not low <= settings[name] <= high:
            raise BadValue(f"{owner}: {name}", settings[name], f"{low} to {high}")
    return settings


def parse_assignments(
    defaults: Mapping[str, Any], words: Iterable[str], *, owner: str, ranges: Ranges = MappingProxyType({})
) -> dict[str, Any]:
    """'name=value' words, as in `--set blocks=6`, turned into values of the defaults' types."""
    given: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise BadValue(f"{owner}: setting", word, "name=value")
        if name not in defaults:
            raise BadValue(f"{owner}: setting", name, ", ".join(defaults) or "none at all")
        given[name] = _parsed(defaults[name], text, f"{owner}: {name}")
    return resolve(defaults, given, owner=owner, ranges=ranges)


def _checked(default: Any, value: Any, name: str) -> Any:
    kind = type(default)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise BadValue(name, value, f"{KINDS[kind]}, such as {default!r}")
    if kind is float and not math.isfinite(value):
        raise BadValue(name, value, "a finite number")
    return value


def _parsed(default: Any, text: str, name: str) -> Any:
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if isinstance(default, bool):
        if text.lower() not in words:
            raise BadValue(name, text, "true or false")
        return words[text.lower()]
    try:
        return type(default)(text)
    except ValueError:
        raise BadValue(name, text, f"{KINDS[type(default)]}, such as {default!r}") from None

"""Settings of plugins: a table of defaults, and values checked against it.

A plugin declares its settings as a flat mapping of names to plain defaults (str, int, float, bool). What a
user or a checkpoint gives is merged here, in one place, so that every plugin refuses unknown names and
wrong types in the same words. Ranges are the plugin's own business.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from tessera.errors import BadValue

Plain = str | int | float | bool
PLAIN_TYPES = (str, int, float, bool)


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
            raise BadValue(f"{owner}: {name}", settings[name], f"{low:g} to {high:g}")
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
        raise BadValue(name, value, f"{kind.__name__}, such as {default!r}")
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
        raise BadValue(name, text, f"{type(default).__name__}, such as {default!r}") from None

"""Range checks for the settings of a network: they come from users and from checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tessera.errors import BadValue


def whole_number(name: str, value: object, *, low: int, high: int) -> int:
    """The value, if it is an int in low..high; raises `BadValue`."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadValue(name, value, f"a whole number {low}..{high}")
    return value


def one_of(name: str, value: object, choices: Sequence[str]) -> str:
    """The value, if it is one of the choices; raises `BadValue`."""
    if not isinstance(value, str) or value not in choices:
        raise BadValue(name, value, ", ".join(choices))
    return value


def complete(network: str, defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults with the given settings over them; raises `BadValue` for a setting the network does not have."""
    for name, value in given.items():
        if name not in defaults:
            raise BadValue(f"{network} setting {name!r}", value, "one of " + ", ".join(defaults))
    return {**defaults, **given}

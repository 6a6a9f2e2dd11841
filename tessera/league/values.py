"""Values of a league's file, checked one by one: every mistake is a `BadValue` with the place it stands at."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from tessera.errors import BadValue
from tessera.values import Range, Unit, accept

KINDS: dict[type[Any], str] = {dict: "a table", list: "a list"}


def refuse_unknown(where: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
    """Every key of `table` is one of `known`."""
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            raise BadValue(f"{where}: key", key, ", ".join(known), f"did you mean {near[0]!r}?" if near else "")


def typed(where: str, value: Any, kind: type[Any]) -> Any:
    """A table (dict) or a list."""
    if not isinstance(value, kind):
        raise BadValue(where, value, KINDS[kind])
    return value


def text(where: str, value: Any, *, longest: int = 1000, empty: bool = False) -> str:
    """Printable text on one line without blanks at its ends."""
    fits = isinstance(value, str) and len(value) <= longest and (value != "" or empty)
    if not (fits and value.isprintable() and value == value.strip()):
        raise BadValue(where, value, f"text: {0 if empty else 1} to {longest} printable characters, no blank at an end")
    return str(value)


def number(where: str, value: Any, low: float, high: float, *, unit: str = "") -> float:
    """A number from `low` to `high`, which are finite."""
    return float(accept(Annotated[float, Range(low, high), Unit(unit)], value, where))


def whole(where: str, value: Any, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    return int(accept(Annotated[int, Range(low, high)], value, where))


def choice(where: str, value: Any, allowed: Sequence[str]) -> str:
    """One of some words."""
    return str(accept(Literal[tuple(allowed)], value, where))


def place(where: str, value: Any, folder: Path) -> str:
    """A path, taken from `folder` where it is relative, as an absolute one."""
    try:
        return str((folder / Path(text(where, value)).expanduser()).resolve())
    except (RuntimeError, OSError) as error:  # no such user's home, a circle of links
        raise BadValue(where, value, "a path", str(error)) from None

"""One value from outside, checked against an annotation: the words in which every range of the house is told.

    accept(Annotated[int, Range(1, 1024), Unit("threads")], given, "--threads")

An annotation is str, int, float, bool, a Literal of texts, one of these `| None`, or a dict or tuple of them, and may
be `Annotated` with a `Range`, a `Length` and a `Unit`; Any is anything. What does not fit is a `BadValue`.
"""

from __future__ import annotations

import json
import math
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from tessera.errors import BadValue, listed

KINDS: dict[Any, str] = {str: "text", int: "a whole number", float: "a number", bool: "true or false", Any: "anything"}
OPTIONAL = (Union, types.UnionType)
"""What `X | None` is, in an annotation."""
TRUTHS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True)
class Range:
    """Which numbers are allowed: `low` and `high` themselves are, `above` and `below` are not."""

    low: float = -math.inf
    high: float = math.inf
    above: float = -math.inf
    below: float = math.inf

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high and self.above < value < self.below

    def __str__(self) -> str:
        if math.isfinite(self.low) and math.isfinite(self.high):
            return f"{self.low} to {self.high}"
        bounds = {"more than {}": self.above, "{} or more": self.low, "up to {}": self.high, "less than {}": self.below}
        return ", ".join(words.format(bound) for words, bound in bounds.items() if math.isfinite(bound))


@dataclass(frozen=True)
class Length:
    """How long a text may be."""

    most: int

    def __contains__(self, value: str) -> bool:
        return len(value) <= self.most

    def __str__(self) -> str:
        return f"up to {self.most} characters"


@dataclass(frozen=True)
class Unit:
    """What a number counts or measures."""

    name: str


def accept(hint: Any, value: Any, name: str, *, example: str = "") -> Any:
    """`value` as the annotation wants it; an int is welcome as a float, and nothing else is converted.

    Raises `BadValue` that begins with `name`; `example` helps where pairs are wanted.
    """
    if value is None and get_origin(split(hint)[0]) in OPTIONAL:
        return None
    kind, marks = split(without_none(hint))
    given, inner, value_kind = value, get_args(kind), type(value)
    if is_table(hint) and isinstance(value, Mapping):
        pairs = [(from_text(inner[0], key) if isinstance(key, str) else key, each) for key, each in value.items()]
        return {accept(inner[0], key, name): accept(inner[1], each, f"{name} {key}") for key, each in pairs}
    if get_origin(kind) is tuple and isinstance(value, list | tuple):
        hints = inner[:1] * len(value) if inner[-1] is ... else inner
        if len(hints) == len(value):
            return tuple(accept(each, part, name) for each, part in zip(hints, value, strict=True))
    if kind is Any:
        return value
    if kind is float and value_kind is int and abs(value) < 2**1023:
        value, value_kind = float(value), float
    if get_origin(kind) is Literal:
        fits = value in inner and value_kind is str
    else:
        fits = value_kind is kind and (kind is not float or math.isfinite(value))
    if not fits or any(value not in mark for mark in marks if isinstance(mark, Range | Length)):
        counted = f" {unit(hint)}" if kind in (int, float) and unit(hint) else ""
        raise BadValue(name, given, allowed(hint, example=example) + counted)
    return value


def allowed(hint: Any, *, example: str = "") -> str:
    """What may be given, in words."""
    kind, marks = split(without_none(hint))
    if get_origin(kind) is Literal:
        return listed(get_args(kind))
    if is_table(hint):
        of = get_args(kind)[1]
        pairs = f"pairs {unit(hint)}" if unit(hint) else "a table" if of is Any else f"a table of {allowed(of)}"
        return pairs + (f" such as {example}" if example else "")
    if get_origin(kind) is tuple:
        first, *others = get_args(kind)
        return (
            f"a list, each {allowed(first)}"
            if others == [...]
            else f"a list of {len(others) + 1}, each {allowed(first)}"
        )
    return ", ".join([KINDS[kind], *(str(mark) for mark in marks if isinstance(mark, Range | Length))])


def unit(hint: Any) -> str:
    """What the annotation's number counts, '' where it does not say."""
    return next((mark.name for mark in split(hint)[1] if isinstance(mark, Unit)), "")


def is_table(hint: Any) -> bool:
    """Whether pairs are wanted."""
    return get_origin(split(hint)[0]) in (dict, Mapping)


def without_none(hint: Any) -> Any:
    """What there is beside None; the annotation itself where that is not allowed."""
    kind, marks = split(hint)
    if get_origin(kind) not in OPTIONAL:
        return hint
    return Annotated[get_args(kind)[0], *marks] if marks else get_args(kind)[0]


def split(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """An annotation as its type and its marks."""
    return (get_args(hint)[0], get_args(hint)[1:]) if get_origin(hint) is Annotated else (hint, ())


def from_text(hint: Any, text: str) -> Any:
    """What a word means where `hint` is wanted; the text itself where it means nothing, for `accept` to refuse."""
    kind, _ = split(without_none(hint))
    if kind is bool:
        return TRUTHS.get(text.lower(), text)
    if is_table(hint):
        pairs = [word.partition(":") for word in re.split(r"[,\s]+", text.strip())]
        table = {key: from_text(get_args(kind)[1], value) for key, colon, value in pairs if colon}
        return table if len(table) == len(pairs) else text
    try:
        return kind(text) if kind in (int, float) else text
    except ValueError:
        return text


def as_text(value: Any) -> str:
    """A value as a word of a command line."""
    if isinstance(value, Mapping):
        return ",".join(f"{key}:{as_text(each)}" for key, each in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_toml(value: Any) -> str:
    """A value as TOML, in one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {as_toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value)  # a JSON string is a TOML basic string, and so are numbers and booleans

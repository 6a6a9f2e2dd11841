"""Arguments held to their annotations, at the one door through which they come in.

Whoever works in a notebook passes "10" for 10, or a point for a vertex. `checked` turns that into one sentence with the
argument's name, what came and what is allowed, in the words of `tessera.values`; numpy's numbers count as Python's.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from tessera.errors import BadValue
from tessera.rules.coords import MAX_SIZE, MIN_SIZE
from tessera.values import Range, accept, is_table, split, without_none

P = ParamSpec("P")
R = TypeVar("R")

Size = Annotated[int, Range(MIN_SIZE, MAX_SIZE)]
"""The side of a board."""
Seed = Annotated[int, Range(0, 2**63 - 1)]
Count = Annotated[int, Range(0)]
WORDS = {"str": "text", "Path": "a path", "bytes": "bytes", "ndarray": "an array"}


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """The function, which raises `BadValue` for an argument that does not fit its annotation.

    Numbers, truths and tables may be `Annotated` with a `Range`; of classes and sequences of them any will do; what is
    called or shaped (functions, arrays) the function itself has to look at.
    """
    signature = inspect.signature(function)

    @cache
    def hints() -> dict[str, Any]:
        return get_type_hints(function, include_extras=True)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        bound = signature.bind(*args, **kwargs)
        for name, value in bound.arguments.items():
            hint = hints().get(name, Any)
            if signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL:
                bound.arguments[name] = tuple(_fit(hint, each, name) for each in value)
            elif signature.parameters[name].kind is not inspect.Parameter.VAR_KEYWORD:
                bound.arguments[name] = _fit(hint, value, name)
        return function(*bound.args, **bound.kwargs)

    return call


def _fit(hint: Any, value: Any, name: str) -> Any:
    wanted = without_none(hint)
    kind, _ = split(wanted)
    if value is None and type(None) in get_args(hint):
        return None
    if kind in (int, float, bool) or is_table(kind) or get_origin(kind) is Literal:
        return accept(wanted, value.item() if isinstance(value, np.generic) else value, name)
    choices = _choices(hint)
    if choices and not any(_is(value, each) for each in choices):
        raise BadValue(name, value, " or ".join(map(_word, choices)))
    return value


def _choices(hint: Any) -> list[Any]:
    """The classes, and sequences of a class, of which one is wanted; empty where anything else may be given as well."""
    choices = list(get_args(hint)) if get_origin(hint) in (Union, types.UnionType) else [hint]
    known = [each for each in choices if get_origin(each) is Sequence or (isinstance(each, type) and each is not Any)]
    return choices if known == choices else []


def _is(value: Any, choice: Any) -> bool:
    if get_origin(choice) is not Sequence:
        return isinstance(value, choice)
    (inner,) = get_args(choice)
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(each, inner) for each in value)


def _word(choice: Any) -> str:
    if get_origin(choice) is Sequence:
        return f"a list, each {_word(get_args(choice)[0])}"
    return "None" if choice is type(None) else WORDS.get(choice.__name__, f"a {choice.__name__}")

"""Settings: a frozen dataclass says names, defaults, ranges, units and the words of help, and nothing says them again.

    @dataclass(frozen=True)
    class GameSettings:
        '''What is played.'''

        opening: Annotated[float, Range(0, 1)] = 0.75
        '''Share of games that start with random moves.'''

        def __post_init__(self) -> None:
            check(self)

A field is what `tessera.values` understands, with a default and a docstring, or a dataclass of settings: a part, whose
names stand among those of the whole. Users write `opening`, never where it is kept. What is read is TOML (`from_table`:
run configs, checkpoints) or words of a command line (`from_words`: `--set opening=0.5 --set sizes=9:96,7:24`).
"""

from __future__ import annotations

import logging
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, get_type_hints

from tessera.errors import BadValue, listed
from tessera.values import accept, allowed, as_text, as_toml, from_text, is_table, split, unit

S = TypeVar("S")
Tell = Callable[[str], None]
"""Hears what a user should write from now on, in one line."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Was:
    """Marks a field with the name it had before, which is still read, with a line that says the new one."""

    name: str


@dataclass(frozen=True)
class NoSettings:
    """For what has nothing to be set."""


@dataclass(frozen=True)
class Setting:
    """One field of settings or of a part of them."""

    name: str
    hint: Any
    """Its annotation."""
    value: Any
    """Its default, or where settings are walked what it is set to."""
    part: Any
    """The dataclass it stands in."""

    @property
    def allowed(self) -> str:
        return allowed(self.hint, example=as_text(self.value))

    @property
    def default_text(self) -> str:
        return as_text(self.value) if self.value not in ("", None) else "none"

    @property
    def unit(self) -> str:
        return unit(self.hint)

    @property
    def meaning(self) -> str:
        """The docstring below the field, in one line."""
        return " ".join(_docstrings(self.part).get(self.name, "").split())


def settings_of(kind: type[Any]) -> Mapping[str, Setting]:
    """Every setting by name with its default. Raises `TypeError` where two of them share a name."""
    found = {setting.name: setting for setting in _walk(kind())}
    if len(found) < len(list(_walk(kind()))):
        raise TypeError(f"two settings of {kind.__name__} have the same name")
    return types.MappingProxyType(found)


def from_table(
    kind: type[S], table: Mapping[str, Any], *, owner: str, base: S | None = None, tell: Tell = log.warning
) -> S:
    """Settings with the values of a TOML table over `base`, or the defaults; `owner` ('trainer x') begins messages.

    A name or form of before is read, and `tell` hears the new one. Raises `BadValue`.
    """
    values: dict[str, Any] = {}
    for (given, value), setting in zip(table.items(), _find(kind, table, owner, tell), strict=True):
        name, read = setting.name, value
        if name in values:
            raise BadValue(f"{owner}: setting", given, f"{name} once")
        if is_table(setting.hint) and isinstance(value, str):
            read = from_text(setting.hint, value)
            if read is not value:
                tell(f"{owner}: {name} = {as_toml(value)} is now written {name} = {as_toml(read)}")
        values[name] = accept(setting.hint, read, f"{owner}: {name}", example=as_text(setting.value))
    try:
        return _with(kind() if base is None else base, values)
    except BadValue as error:  # two settings that do not go together
        raise BadValue(f"{owner}: {error.name}", error.value, error.allowed, error.cure) from None


def from_words(
    kind: type[S], words: Iterable[str], *, owner: str, base: S | None = None, tell: Tell = log.warning
) -> S:
    """The same from 'name=value' words, as in `--set blocks=6`; of two for one setting the last holds."""
    table: dict[str, Any] = {}
    pairs = [word.partition("=") for word in words]
    for given, equals, _ in pairs:
        if not equals:
            raise BadValue(f"{owner}: setting", given, "name=value")
    settings = _find(kind, [given for given, _, _ in pairs], owner, tell)
    for (given, _, text), setting in zip(pairs, settings, strict=True):
        value = table[setting.name] = from_text(setting.hint, text)
        if isinstance(value, dict) and " " in text:
            word = f"{given}={text}"
            tell(f"{owner}: {word!r} is now written {setting.name}={as_text(value)}")
    return from_table(kind, table, owner=owner, base=base, tell=tell)


def to_table(settings: Any) -> dict[str, Any]:
    """Every setting by name as TOML would give it back, where keys are texts."""
    values = {setting.name: setting.value for setting in _walk(settings)}
    return {
        name: {str(key): each for key, each in value.items()} if isinstance(value, dict) else value
        for name, value in values.items()
    }


def check(settings: Any) -> None:
    """For `__post_init__`: every field has its type and lies in its range. Raises `BadValue`."""
    for setting in _walk(settings, into_parts=False):
        accept(setting.hint, setting.value, setting.name)


def _find(kind: type[Any], names: Iterable[str], owner: str, tell: Tell) -> list[Setting]:
    """The settings that are, or were, called so; `tell` hears all new names in one line."""
    known = settings_of(kind)
    before = {
        mark.name: setting for setting in known.values() for mark in split(setting.hint)[1] if isinstance(mark, Was)
    }
    found, renamed = [], []
    for name in names:
        if name not in known and name not in before:
            raise BadValue(f"{owner}: setting", name, listed(known) or "none at all")
        found.append(known.get(name) or before[name])
        if name not in known:
            renamed.append(f"{name} is now called {before[name].name}")
    if renamed:
        tell(f"{owner}: {', '.join(renamed)}")
    return found


def _walk(settings: Any, *, into_parts: bool = True) -> Iterator[Setting]:
    part: Any = type(settings)
    hints = _hints(part)
    for field in fields(settings):
        value = getattr(settings, field.name)
        if not is_dataclass(value):
            yield Setting(field.name, hints[field.name], value, part)
        elif into_parts:
            yield from _walk(value)


def _with(settings: Any, values: Mapping[str, Any]) -> Any:
    """The settings with values by name in place of theirs."""
    now = {field.name: getattr(settings, field.name) for field in fields(settings)}
    then = {name: _with(old, values) if is_dataclass(old) else values.get(name, old) for name, old in now.items()}
    return replace(settings, **then)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


@cache
def _docstrings(kind: Any) -> dict[str, str]:
    """The docstring below each field, from the source: Python keeps none."""
    import ast
    import inspect
    import itertools
    import textwrap

    found: dict[str, str] = {}
    try:
        source = inspect.getsource(kind)
    except (OSError, TypeError):  # made in a notebook, or installed without source
        return {}
    definition = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(definition, ast.ClassDef)
    for line, after in itertools.pairwise(definition.body):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and isinstance(after, ast.Expr):
            found[line.target.id] = str(ast.literal_eval(after.value))
    return found

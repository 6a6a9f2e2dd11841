"""The form of a table of commands. Each module of this package has one, named `table`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tessera.gtp.session import Function


@dataclass(frozen=True)
class Command:
    """One GTP command."""

    name: str
    arguments: str
    """For the manual: 'color vertex', '[file]'."""
    run: Function

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.run) or "").partition("\n")[0]


class CommandTable:
    """The commands of one family."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.commands: dict[str, Command] = {}

    def add(self, name: str, arguments: str = "") -> Callable[[Function], Function]:
        """Decorator: this function is the command `name`. One function may have several names."""

        def register(function: Function) -> Function:
            assert name not in self.commands, name
            self.commands[name] = Command(name, arguments, function)
            return function

        return register

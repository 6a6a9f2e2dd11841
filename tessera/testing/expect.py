"""One way to say what was expected. Works under `python -O`, where `assert` does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any

from tessera.settings import NoSettings, settings_of


class ConformanceError(AssertionError):
    """A plugin does not do what the core relies on."""


class Expect:
    """Expectations of one spec: `expect(condition, 'what should hold')`."""

    def __init__(self, subject: str) -> None:
        self._subject = subject

    def __call__(self, condition: object, expectation: str) -> None:
        if not condition:
            raise ConformanceError(f"{self._subject}: expected that {expectation}")

    def raises(self, error: type[Exception], action: Callable[[], object], expectation: str) -> None:
        """`action` raises `error`; another exception is shown as the cause."""
        try:
            action()
        except error:
            return
        except Exception as other:
            raise ConformanceError(
                f"{self._subject}: expected that {expectation}; got {type(other).__name__}: {other}"
            ) from other
        raise ConformanceError(f"{self._subject}: expected that {expectation}; nothing was raised")

    def described(self, summary: str, settings: type[Any] = NoSettings) -> None:
        """The summary is one line, and every setting has a meaning."""
        self(summary and "\n" not in summary, "its summary is one line")
        self(is_dataclass(settings), "its settings are a dataclass")
        for name, setting in settings_of(settings).items():
            self(setting.meaning, f"setting {name!r} has a docstring below it")

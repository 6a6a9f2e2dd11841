"""One way to say what was expected. Works under `python -O`, where `assert` does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tessera.config import PLAIN_TYPES


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

    def described(self, summary: str, defaults: Mapping[str, Any] | None = None) -> None:
        """The summary is one line, and the settings are plain values."""
        self(summary and "\n" not in summary, "its summary is one line")
        for name, value in (defaults or {}).items():
            self(isinstance(name, str) and name.isidentifier(), f"setting {name!r} is named like an argument")
            self(type(value) in PLAIN_TYPES, f"the default of {name!r} is a str, int, float or bool")

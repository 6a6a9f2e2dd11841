"""What can go wrong for a user, as one family.

The command line shows a `TesseraError` as one line on stderr and exits with its `exit_code`; anything
else is a bug and keeps its traceback. A message gives the name, the value received, the allowed range
and the cure.
"""

from __future__ import annotations

from collections.abc import Iterable


class TesseraError(Exception):
    """The root of every error a user can cause or cure."""

    exit_code = 1


class BadValue(TesseraError):
    """A setting or argument outside its range."""

    exit_code = 2

    def __init__(self, name: str, value: object, allowed: str, cure: str = "") -> None:
        shown = repr(value)
        if len(shown) > 80:
            shown = shown[:77] + "..."
        super().__init__(f"{name}: got {shown}, allowed: {allowed}" + (f"; {cure}" if cure else ""))
        self.name, self.value, self.allowed, self.cure = name, value, allowed, cure


class OutputError(TesseraError):
    """stdout cannot be written: a full disk, a terminal that is gone, or no stdout at all."""

    @classmethod
    def of(cls, error: OSError) -> OutputError:
        """What the system said about it."""
        return cls(f"stdout: {error.strerror or error}")


def listed(names: Iterable[str]) -> str:
    """Names in a row; those that hold a comma or a blank, or are empty, are quoted so that each stands out."""
    return ", ".join(name if name and not set(name) & {",", " "} else repr(name) for name in names)


class IllegalMove(TesseraError):
    """A move the rules forbid. The game is unchanged."""


class MissingExtra(TesseraError):
    """A feature needs a package that is not installed."""

    def __init__(self, feature: str, package: str, extra: str) -> None:
        super().__init__(f"{feature} needs the package {package!r}: pip install 'tessera-go[{extra}]'")


class PluginError(TesseraError):
    """A plugin is broken, missing or in conflict with another."""


class EngineError(TesseraError):
    """An external engine could not be started, died, or broke the protocol."""


class SgfError(TesseraError):
    """An SGF file that cannot be read as one game of Go within our limits."""


class BeyondHelp(TesseraError):
    """A run that would go wrong again the same way: starting it again is no use."""

    exit_code = 3


class CheckpointError(TesseraError):
    """A checkpoint that cannot be read: missing, foreign, damaged or hostile."""


class NotCommitted(CheckpointError):
    """A checkpoint was not written; whatever stood at that path before still stands."""


class DurabilityUncertain(CheckpointError):
    """A checkpoint is in place and verified, but the disk did not confirm that it would survive a power cut."""

"""A block of code that has to leave memory as it found it.

    with VRAMSanitizer("evaluation", must_die=[network]) as watch:
        ...

It asserts on the CPU and on CUDA alike: bytes of tensors, live tensors and registered hooks are back to what they
were, and what had to die is dead; else it raises a `MemoryLeak` that says what stayed and who keeps it, a hook by the
line it begins at.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterable, Iterator
from types import TracebackType

from torch import Tensor

from tessera.errors import TesseraError
from tessera.memory import holders
from tessera.memory.live import Hook, Snapshot, snapshot


class MemoryLeak(TesseraError):
    """Something is still there that should have gone."""

    def __init__(self, what: str, findings: Iterable[str]) -> None:
        self.findings = list(findings)
        super().__init__(f"{what} left memory behind: {'; '.join(self.findings)}")


class VRAMSanitizer:
    """A context manager; raises `MemoryLeak` at the end of a block that did not fail. `allowed` bytes may stay."""

    def __init__(self, what: str = "the block", *, must_die: Iterable[object] = (), allowed: int = 0) -> None:
        self._what, self._allowed = what, allowed
        self._dying: list[tuple[str, weakref.ref[object]]] = []
        self.must_die(*must_die)

    def must_die(self, *things: object) -> None:
        """Objects that nobody may hold when the block ends."""
        self._dying += [(type(thing).__qualname__, weakref.ref(thing)) for thing in things]

    def __enter__(self) -> VRAMSanitizer:
        self.before = snapshot()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and (findings := self.findings()):
            raise MemoryLeak(self._what, findings)

    def findings(self) -> list[str]:
        """What differs from the beginning of the block, in words, as of now."""
        return leaks(self.before, snapshot(), allowed=self._allowed) + self.undead()

    def undead(self) -> list[str]:
        """Who of those that must die is alive as of now, and who keeps it; garbage is for the caller to collect."""
        return [f"a {name} that should be gone{_kept(ref)}" for name, ref in self._dying if ref() is not None]


def leaks(before: Snapshot, now: Snapshot, *, allowed: int = 0) -> list[str]:
    """What came between two snapshots and is still there, in words."""
    return [*_tensors(before, now, allowed), *_hooks(before, now)]


def _tensors(before: Snapshot, now: Snapshot, allowed: int) -> Iterator[str]:
    more, bytes_ = len(now.tensors) - len(before.tensors), now.bytes - before.bytes
    hidden = now.allocated - before.allocated
    if bytes_ <= allowed and hidden <= allowed and (more <= 0 or allowed):
        return
    new = [t for t in _alive() if before.tensors.get(id(t)) != now.tensors.get(id(t)) and id(t) in now.tensors]
    # The hooks of before, too: one that was there already may fill a list all along.
    who = holders.holders(new, {**before.hooks, **now.hooks}.values()) if new else []
    device = f", {_size(hidden)} on CUDA devices" if hidden > allowed else ""
    kinds = f" ({holders.shapes(new)})" if new else ""
    yield ", ".join([f"{max(more, 0)} tensors more, {_size(bytes_)}{device}{kinds}", *who])


def _hooks(before: Snapshot, now: Snapshot) -> Iterator[str]:
    new: list[Hook] = [hook for key, hook in now.hooks.items() if before.hooks.get(key) != hook]
    if len(now.hooks) > len(before.hooks):
        yield "hooks: " + ", ".join(dict.fromkeys(map(str, new)))


def _alive() -> list[Tensor]:
    return [thing for thing in gc.get_objects() if issubclass(type(thing), Tensor)]


def _kept(ref: weakref.ref[object]) -> str:
    kept = holders.holders([ref()], ())
    return f", {', '.join(kept)}" if kept else ""


def _size(count: int) -> str:
    return f"{count / 2**20:,.1f} MiB" if abs(count) >= 2**20 else f"{count:,} bytes"

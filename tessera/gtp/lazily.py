"""Values that take long to make: made once, by whichever thread comes first, possibly in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
WAIT_STEP = 0.02
"""Seconds between looks at `stop` while waiting."""


class Interrupted(Exception):
    """The wait was ended by the caller's stop event."""


class Lazy(Generic[T]):
    """The result of `make()`, made at the first `get` or `start`. A failure is kept and raised at each `get`."""

    def __init__(self, make: Callable[[], T], *, failed: Callable[[Exception], None] = lambda error: None) -> None:
        """`failed` is told once, from the thread that made it, when `make` raises."""
        self._make, self._failed = make, failed
        self._lock = threading.Lock()
        self._started = False
        self._done = threading.Event()
        self._value: T | None = None
        self._error: Exception | None = None

    @property
    def started(self) -> bool:
        return self._started

    @property
    def ready(self) -> bool:
        """Whether the value is there."""
        return self._done.is_set() and self._error is None

    def start(self) -> None:
        """Begin in a daemon thread, unless begun."""
        if self._claim():
            threading.Thread(target=self._run, name="loader", daemon=True).start()

    def get(self, *, stop: threading.Event | None = None) -> T:
        """The value; waits for it. Raises what `make` raised, or `Interrupted` once `stop` is set."""
        if stop is None:
            if self._claim():
                self._run()
            self._done.wait()
        else:
            self.start()
            while not self._done.wait(WAIT_STEP):
                if stop.is_set():
                    raise Interrupted
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # set before _done, unless _error is

    def _claim(self) -> bool:
        with self._lock:
            first, self._started = not self._started, True
            return first

    def _run(self) -> None:
        try:
            self._value = self._make()
        except Exception as error:
            # Whatever a plugin's player raises while loading belongs to the command that needs the player.
            self._error = error
            self._failed(error)
        finally:
            self._done.set()

"""A thread that sends, so that a run never waits: its queue is bounded, what does not fit is dropped and counted."""

from __future__ import annotations

import logging
import os
import platform
import queue
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from tessera.errors import BadValue, TesseraError
from tessera.interfaces.events import RunEvent
from tessera_notify.messages import NEWS, Message, message_of
from tessera_notify.targets import Target, load_targets

log = logging.getLogger(__name__)
EVENTS_VARIABLE = "TESSERA_NOTIFY_EVENTS"
WAITING = 50
"""Messages that may wait."""
LAST = ("finished", "failed", "gave_up")
LAST_SECONDS = 15.0
"""After the last event of a run, for what is still on its way."""


class Sender:
    """Hears events and sends what is news. `targets` are loaded in the thread: importing apprise takes a while."""

    def __init__(self, targets: Callable[[], Sequence[Target]] = load_targets, *, waiting: int = WAITING) -> None:
        self._load, self._queue = targets, queue.Queue[Message](waiting)
        self._run = "tessera"
        self._dropped = self._failed = 0
        self._off, self._wanted = False, frozenset[str]()
        try:
            self._wanted = wanted_events()
        except TesseraError as error:
            self._turn_off(error)
        self._thread = threading.Thread(target=self._work, name="tessera-notify", daemon=True)
        self._thread.start()

    def hear(self, event: RunEvent) -> None:
        """Returns at once, but for the last word of a run: the program may end behind it, and the thread with it."""
        if folder := event.data.get("folder"):
            self._run = f"{Path(str(folder)).name} on {platform.node()}"
        message = message_of(event, self._run) if event.kind in self._wanted else None
        if message is not None and not self._off:
            self._put(message)
        if event.kind in LAST:
            self.flush()

    def flush(self, seconds: float = LAST_SECONDS) -> None:
        """Wait for what is on its way, but not for ever; say what was not sent."""
        waiting = self._queue.all_tasks_done
        with waiting:
            waiting.wait_for(lambda: not self._queue.unfinished_tasks, seconds)
            left = self._queue.unfinished_tasks
        if self._dropped or self._failed or left:
            log.warning("notifications: %d failed, %d were dropped", self._failed, self._dropped + left)
            self._dropped = self._failed = 0

    def _put(self, message: Message) -> None:
        try:
            self._queue.put_nowait(message)
        except queue.Full:
            self._dropped += 1
            if self._dropped == 1:
                log.warning("notifications are sent too slowly: some are dropped; how many is said at the end")

    def _work(self) -> None:
        targets: Sequence[Target] = ()
        try:
            targets = () if self._off else self._load()
        except TesseraError as error:
            self._turn_off(error)
        while True:
            message = self._queue.get()
            for target in targets:
                if not target.send(message):
                    self._failed += 1
                    if self._failed == 1:
                        log.warning("notification to %s failed; how many more do is said at the end", target.name)
            self._queue.task_done()

    def _turn_off(self, error: TesseraError) -> None:
        log.warning("nobody is notified of this run: %s", error)
        self._off = True


def wanted_events() -> frozenset[str]:
    """The kinds of events that the environment wants to hear of, all without the variable; raises `BadValue`."""
    names = frozenset(os.environ.get(EVENTS_VARIABLE, "").split())
    if unknown := sorted(names - set(NEWS)):
        raise BadValue(EVENTS_VARIABLE, unknown[0], ", ".join(NEWS), "with blanks between them")
    return names or frozenset(NEWS)

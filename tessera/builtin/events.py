"""The log as a listener: every run event becomes one line of the logger `tessera.run`."""

from __future__ import annotations

import json
import logging

from tessera.interfaces.events import RunEvent

log = logging.getLogger("tessera.run")


def log_event(event: RunEvent) -> None:
    level = logging.WARNING if event.kind == "warning" else logging.INFO
    if log.isEnabledFor(level):
        log.log(level, "%s %s", event.kind, json.dumps(dict(event.data), default=str))

"""What a long job tells those who listen (log, dashboard, notifier)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RunEvent:
    """Something that happened in a run."""

    kind: str
    """One of those that `tessera_run_event` lists."""
    data: Mapping[str, Any]
    """Plain JSON values."""
    time: float
    """Seconds since the epoch."""

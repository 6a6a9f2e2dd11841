"""What a long job tells those who listen (log, dashboard, notifier)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RunEvent:
    """Something that happened in a run."""

    kind: str
    """'started', 'step', 'judging', 'evaluation', 'checkpoint', 'warning', 'finished', 'failed', ..."""
    data: Mapping[str, Any]
    """Plain JSON values."""
    time: float
    """Seconds since the epoch."""

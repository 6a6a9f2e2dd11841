"""Engines that misbehave on demand."""

from __future__ import annotations

import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("fake.py")


def fake_command(mode: str = "good", **options: object) -> list[str]:
    """The command line of a fake engine; see `fake.py`."""
    return [sys.executable, "-S", str(SCRIPT), mode, *(f"{key}={value}" for key, value in options.items())]

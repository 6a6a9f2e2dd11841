"""Room on the disk of a run: said once when it gets low, and again only after there was enough in between."""

from __future__ import annotations

import shutil
from pathlib import Path

LOW, ENOUGH = 10, 20
"""Checkpoints that still fit."""


class Disk:
    """The disk a folder is on."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._low = folder, False
        self.needed = 0
        """Bytes of the latest checkpoint."""

    def look(self) -> dict[str, int]:
        """{'free', 'needed'} in bytes when it has just become low, else nothing."""
        free = shutil.disk_usage(self._folder).free
        was, self._low = self._low, free < (ENOUGH if self._low else LOW) * self.needed
        return {"free": free, "needed": self.needed} if self._low and not was else {}

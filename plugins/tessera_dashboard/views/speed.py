"""How fast runs go, and what memory they take."""

from __future__ import annotations

from tessera_dashboard.views.curves import draw


def show() -> None:
    draw(("Speed", "Memory"), "speed")

"""`tessera train --batch`: how many games to play at once, planned, tried, and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.cli import output
from tessera.errors import BadValue
from tessera.training.assembly import choose_games, with_games

if TYPE_CHECKING:
    from tessera.plugins import Manager
    from tessera.training.config import RunConfig
    from tessera.training.sizing import Sizing

MOST = 65_536


def sized(manager: Manager, config: RunConfig, batch: str) -> RunConfig:
    """The config with as many games in flight as `batch` says: a number, or 'auto' for what the device feeds well."""
    games = None if batch == "auto" else _count(batch)
    with output.progress(1, "planning the batch"):
        sizing = choose_games(manager, config, games)
    _show(sizing)
    return with_games(config, sizing)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or not 1 <= int(text) <= MOST:
        raise BadValue("--batch", text, f"auto, or a number of games 1..{MOST:,}")
    return int(text)


def _show(sizing: Sizing) -> None:
    from tessera.training.sizing import mib

    output.note(f"{sizing.games} games at once, planned from shapes:")
    for name, size in sorted(sizing.plan.parts.items(), key=lambda part: -part[1]):
        output.note(f"  {mib(size):>12}  {name}")
    output.note(f"  {mib(sizing.plan.total):>12}  altogether, of {mib(sizing.free)} free")
    output.note(f"  {mib(sizing.measured):>12}  measured while a step was rehearsed")

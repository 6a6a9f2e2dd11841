"""`tessera train --batch`: how many games to play at once, planned, tried, and shown; and the plan of any other run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.cli import output
from tessera.errors import BadValue
from tessera.training.assembly import choose_games, pick_device_for, plan_memory, with_games

if TYPE_CHECKING:
    from tessera.interfaces.trainer import MemoryPlan
    from tessera.plugins import Manager
    from tessera.training.config import RunConfig

MOST = 65_536


def sized(manager: Manager, config: RunConfig, batch: str) -> RunConfig:
    """The config with as many games in flight as `batch` says: a number, or 'auto' for what the device feeds well."""
    from tessera.training.sizing import mib

    games = None if batch == "auto" else _count(batch)
    with output.progress(1, "planning the batch"):
        sizing = choose_games(manager, config, games)
    output.note(f"{sizing.games} games at once; a dry run took {mib(sizing.measured)} on top of what was there")
    return with_games(config, sizing)


def show_plan(manager: Manager, config: RunConfig) -> None:
    """Say what memory the run will take, part by part, where its trainer can tell."""
    from tessera.training.sizing import free_bytes, mib

    plan = plan_memory(manager, config)
    if plan is None:
        return
    output.note("memory, planned from shapes:")
    for name, size in _rows(plan):
        output.note(f"  {mib(size):>12}  {name}")
    free = free_bytes(pick_device_for(config.device, manager.trainers[config.trainer]))
    output.note(f"  {mib(plan.total):>12}  altogether, of {mib(free)} free")
    output.note(f"  {mib(plan.saving):>12}  a checkpoint, in main memory while it is written")


def _rows(plan: MemoryPlan) -> list[tuple[str, int]]:
    return sorted(plan.parts.items(), key=lambda part: -part[1])


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or not 1 <= int(text) <= MOST:
        raise BadValue("--batch", text, f"auto, or a number of games 1..{MOST:,}")
    return int(text)

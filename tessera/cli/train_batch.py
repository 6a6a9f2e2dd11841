"""`tessera train --batch`: how many games to play at once, planned, tried, and shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tessera.cli import output
from tessera.cli.train_build import build_network, pick_device_for
from tessera.errors import BadValue
from tessera.settings import from_table, to_table

if TYPE_CHECKING:
    from tessera.plugins import Manager
    from tessera.training.config import RunConfig
    from tessera.training.sizing import Sizing

MOST = 65_536


def sized(manager: Manager, config: RunConfig, batch: str) -> RunConfig:
    """The config with as many games in flight as `batch` says: a number, or 'auto' for what the device feeds well."""
    from tessera.training.sizing import choose

    games = None if batch == "auto" else _count(batch)
    trainer, module = manager.trainers[config.trainer], build_network(manager, config)
    settings = from_table(trainer.settings, config.trainer_settings, owner=f"trainer {trainer.name}")
    device = pick_device_for(config.device, trainer)
    with output.progress(1, "planning the batch"):
        sizing = choose(trainer, module, device, settings=settings, threads=config.threads, games=games)
    _show(sizing)
    return replace(config, trainer_settings=to_table(sizing.plan.settings))


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

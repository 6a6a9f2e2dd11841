"""A plugin that lives outside Tessera's tree: a player, a GTP command, a CLI command, a store and a listener."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tessera.hookspecs import hookimpl
from tessera.interfaces.player import PlayerContext, PlayerSpec
from tessera.interfaces.stores import StoreSpec

if TYPE_CHECKING:
    import click

    from tessera.interfaces.events import RunEvent
    from tessera_example.center import CenterPlayer
    from tessera_example.memory import MemoryStore


@dataclass(frozen=True)
class CenterSettings:
    """The player `center`."""

    shy: bool = False
    """Whether it keeps away from the center."""


@hookimpl
def tessera_register_players(register: Callable[[PlayerSpec], None]) -> None:
    summary = "the legal point nearest to the center"
    register(PlayerSpec("center", summary, CenterSettings, build_player, build_batch=build_batch))


@hookimpl
def tessera_register_stores(register: Callable[[StoreSpec], None]) -> None:
    register(StoreSpec("vault", "a dict of this process, for tests", build_store))


@hookimpl
def tessera_register_gtp_commands(register: Callable[[str, Callable[..., str]], None]) -> None:
    register("example-echo", lambda session, args: " ".join(reversed(args)))


@hookimpl
def tessera_register_commands(cli: click.Group) -> None:
    import click

    @cli.command("example-hello")
    @click.argument("name")
    def hello(name: str) -> None:
        """Greet NAME."""
        click.echo(f"hello {name}")


@hookimpl
def tessera_run_event(event: RunEvent) -> None:
    """Append each event to the file that TESSERA_EXAMPLE_LOG names."""
    target = os.environ.get("TESSERA_EXAMPLE_LOG")
    if target:
        with Path(target).open("a") as file:
            file.write(json.dumps({"kind": event.kind, "late": time.time() - event.time}) + "\n")


def build_batch(context: PlayerContext, settings: CenterSettings, games: int) -> CenterPlayer:
    return build_player(context, settings)


def build_player(context: PlayerContext, settings: CenterSettings) -> CenterPlayer:
    from tessera_example.center import CenterPlayer

    return CenterPlayer(shy=settings.shy)


def build_store() -> MemoryStore:
    from tessera_example.memory import MemoryStore

    return MemoryStore()

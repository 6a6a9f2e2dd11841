"""The built-in plugin: what the core offers without any extra dependency.

One module for each kind; heavy imports live inside the functions that are registered. Start reading at `players`;
`torch_evaluator` and `playing_copy` run any network, `uniform` is a network that knows nothing, `events` writes run
events to the log.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tessera.builtin import events, players, playing_copy, torch_evaluator, uniform
from tessera.hookspecs import hookimpl
from tessera.interfaces.stores import StoreSpec

if TYPE_CHECKING:
    from tessera.interfaces.events import RunEvent
    from tessera.interfaces.network import EvaluatorSpec, NetworkSpec
    from tessera.interfaces.player import PlayerSpec
    from tessera.interfaces.stores import CheckpointStore


@hookimpl
def tessera_register_networks(register: Callable[[NetworkSpec], None]) -> None:
    register(uniform.SPEC)


@hookimpl
def tessera_register_evaluators(register: Callable[[EvaluatorSpec], None]) -> None:
    for spec in (torch_evaluator.SPEC, *playing_copy.SPECS):
        register(spec)


@hookimpl
def tessera_register_players(register: Callable[[PlayerSpec], None]) -> None:
    for spec in players.SPECS:
        register(spec)


@hookimpl
def tessera_register_stores(register: Callable[[StoreSpec], None]) -> None:
    register(StoreSpec("file", "a file on a local disk, replaced atomically and made durable", _file_store))


@hookimpl
def tessera_run_event(event: RunEvent) -> None:
    events.log_event(event)


def _file_store() -> CheckpointStore:
    from tessera.checkpoints.store import FileStore

    return FileStore()

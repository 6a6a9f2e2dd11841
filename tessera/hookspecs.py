"""When a plugin is called. This file is the manual for plugin authors.

A plugin is a module (or object) with functions named like those below and marked `@hookimpl`
(`from tessera.hookspecs import hookimpl`). Take only the arguments you need. Each `register_*` hook is called
once while the manager is built; `register(spec)` refuses a name that is taken. Import torch and other
heavy packages inside the functions you register, not at the top of the module: `tessera-gtp` has to
answer before they are loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import click

    from tessera.interfaces.arbiter import ArbiterSpec
    from tessera.interfaces.events import RunEvent
    from tessera.interfaces.network import EvaluatorSpec, FormatSpec, NetworkSpec
    from tessera.interfaces.player import PlayerSpec
    from tessera.interfaces.stores import StoreSpec
    from tessera.interfaces.trainer import TrainerSpec

PROJECT = "tessera"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def tessera_register_networks(register: Callable[[NetworkSpec], None]) -> None:
    """Offer policy networks. A checkpoint names the network it belongs to."""


@hookspec
def tessera_register_formats(register: Callable[[FormatSpec], None]) -> None:
    """Offer readers of other programs' files: they open wherever a checkpoint can be named."""


@hookspec
def tessera_register_evaluators(register: Callable[[EvaluatorSpec], None]) -> None:
    """Offer ways to run a network (`--evaluator NAME`)."""


@hookspec
def tessera_register_players(register: Callable[[PlayerSpec], None]) -> None:
    """Offer kinds of players (`--player NAME`)."""


@hookspec
def tessera_register_trainers(register: Callable[[TrainerSpec], None]) -> None:
    """Offer trainers (`tessera train --trainer NAME`)."""


@hookspec
def tessera_register_arbiters(register: Callable[[ArbiterSpec], None]) -> None:
    """Offer arbiters, who play games between players."""


@hookspec
def tessera_register_stores(register: Callable[[StoreSpec], None]) -> None:
    """Offer checkpoint stores by URL scheme."""


@hookspec
def tessera_register_gtp_commands(register: Callable[[str, Callable[..., str]], None]) -> None:
    """Offer GTP commands: register('my-command', function).

    function(session, args) -> the response's text; `session` is a `tessera.gtp.session.Session`, `args`
    the words after the command. Raise `tessera.gtp.protocol.GtpFailure` to answer with '?'.
    """


@hookspec
def tessera_register_commands(cli: click.Group) -> None:
    """Add commands or groups to the `tessera` command line."""


@hookspec
def tessera_run_event(event: RunEvent) -> None:
    """Listen to a long job. Called in its thread: return at once, never raise to stop it.

    Kinds of a training run: 'started', 'step' (each line of the log), 'judging', 'evaluation', 'tile' (a block of
    self-play games is finished and rated), 'best' (a new strongest network), 'checkpoint', 'warning', 'rolled_back'
    (training diverged, earlier weights are back), 'disk_low', 'finished', 'copying' (the last checkpoint, to a store),
    'failed'.
    Kinds of `tessera supervise`: 'damaged', 'crashed', 'hung', 'restarting', 'gave_up'.
    """

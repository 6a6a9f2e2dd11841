"""Messages about a run to Discord, e-mail and a hundred other places, through apprise (the extra `notify`).

The places are URLs of apprise in the variable TESSERA_NOTIFY, or in the file that TESSERA_NOTIFY_FILE names. They hold
passwords: no message, log line, checkpoint or config ever has one in it. Without either variable nothing happens.

Start reading at `sender`; `messages` says what is told, `targets` where to, `command` tries it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tessera.hookspecs import hookimpl
from tessera_notify.targets import configured

if TYPE_CHECKING:
    import click

    from tessera.interfaces.events import RunEvent
    from tessera_notify.sender import Sender


@hookimpl
def tessera_run_event(event: RunEvent) -> None:
    if configured():
        _sender().hear(event)


@hookimpl
def tessera_register_commands(cli: click.Group) -> None:
    from tessera_notify.command import notify

    cli.add_command(notify)


@cache
def _sender() -> Sender:
    """One for the process, started by the first event."""
    from tessera_notify.sender import Sender

    return Sender()

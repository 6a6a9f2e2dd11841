"""`tessera notify test`: does a message arrive?"""

from __future__ import annotations

import platform

import click

from tessera_notify.messages import INFO, Message
from tessera_notify.sender import wanted_events
from tessera_notify.targets import load_targets


@click.group("notify")
def notify() -> None:
    """Messages about runs, to Discord and other places.

    Where they go is in TESSERA_NOTIFY or in the file TESSERA_NOTIFY_FILE names, as apprise's URLs.

    \b
    Example:
      TESSERA_NOTIFY=discord://ID/TOKEN tessera notify test
    """


@notify.command("test")
def test() -> int:
    """Send one message to every place, and say for each whether it was taken.

    \b
    Examples:
      TESSERA_NOTIFY=discord://ID/TOKEN tessera notify test
      TESSERA_NOTIFY_FILE=~/.config/tessera/notify tessera notify test
    """
    wanted_events()
    message = Message(INFO, f"Tessera on {platform.node()}", "This is a test: messages about runs arrive here.")
    failed = 0
    for target in load_targets():
        taken = target.send(message)
        failed += not taken
        click.echo(f"{target.name}  {'sent' if taken else 'failed: not reached, or not accepted'}")
    return int(failed > 0)

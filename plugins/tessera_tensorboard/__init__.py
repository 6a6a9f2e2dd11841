"""The curves of training runs in TensorBoard, as a mirror of what the runs wrote down (the extra `tensorboard`).

Training knows nothing of it: `tessera tensorboard RUNS --logdir DIR` reads a run's JSON lines, as every page does, and
writes them as TensorBoard's events, of old runs and, with --follow, of one that goes on.

Start reading at `mirror`; `command` is the command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.hookspecs import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def tessera_register_commands(cli: click.Group) -> None:
    from tessera_tensorboard.command import command

    cli.add_command(command)

"""`tessera league status`: the standing of a league, running or not."""

from __future__ import annotations

from pathlib import Path

import click

from tessera.cli import output
from tessera.cli.league import places, standings


@click.command("status")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(folder: Path, as_json: bool) -> None:
    """Show how far the league in FOLDER is and who leads.

    Also while it is running: nothing is locked or changed.

    \b
    Examples:
      tessera league status league
      watch tessera league status league
    """
    found = places.load(folder)
    if as_json:
        output.print_json(found.as_dict())
    else:
        standings.show(found.summary, planned=found.planned, stopped=found.stopped, trial=found.trial)

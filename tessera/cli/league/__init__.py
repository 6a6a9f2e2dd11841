"""`tessera league`, one file per command. Start reading at `run`; the leagues themselves are in tessera/league/.

Commands: `init`, `run`, `status`, `rate`, `report`, `export`. What they share: `places` (finding a league on disk),
`standings` and `view` (how it looks in a terminal), `writing` (files, whole or not at all).
"""

from __future__ import annotations

import click

from tessera.cli.league import export, init, rate, report, run, status


@click.group("league")
def command() -> None:
    """Play tournaments and rate the players.

    \b
    Examples:
      tessera league init league.toml          a file to start from
      tessera league run league.toml           plays; run it again after a stop, and it goes on
      tessera league status league             how far it is, and who leads
      tessera league report league             the page with ladder, tables and every game
    """


for each in (init, run, status, report, rate, export):
    command.add_command(each.command)

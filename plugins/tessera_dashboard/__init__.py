"""`tessera dashboard`: runs in the browser while they go on (the extra `dashboard`, Streamlit).

    command.py    the command, start reading there: checks, then a Streamlit server that listens on this machine alone
    app.py        what Streamlit runs: which page is shown; views/ has one file for each
    site.py       the folders the pages may look into, and nothing else
    board.py      a Go board as a component of our own (assets/board.js draws it, SVG, with the league report's rules)
    look.py       what a network says of every position of a game
    seat.py       a game between the reader and a checkpoint

Streamlit is imported by app.py, board.py and views/ alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.hookspecs import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def tessera_register_commands(cli: click.Group) -> None:
    from tessera_dashboard.command import command

    cli.add_command(command)

"""`tessera league report`: the page to look at."""

from __future__ import annotations

from pathlib import Path

import click

from tessera.cli import output
from tessera.cli.league import places, standings
from tessera.cli.league.writing import write_text


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="The page; FOLDER/report.html without it."
)
@click.option("--json", "as_json", is_flag=True, help="Print the standing as one JSON document.")
def command(folder: Path, html: Path | None, as_json: bool) -> None:
    """Show the standing of the league in FOLDER and write one HTML page that needs nothing else.

    The page holds the ladder with its error bars, the cross-table, who is likely stronger than whom, and every game
    to click through on a board.

    \b
    Examples:
      tessera league report league
      tessera league report league --html elo.html
    """
    from tessera.league.report import render

    summary, records = places.load(folder)
    page = html or folder / "report.html"
    write_text(page, render(summary, records))
    if as_json:
        output.print_json({"html": str(page), **summary.as_dict()})
    else:
        standings.show(summary)
        output.print_text(f"wrote {output.escape(str(page))}")

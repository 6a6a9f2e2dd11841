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
    """Show the standing and write it as one HTML page.

    The page of the league in FOLDER needs nothing else: the ladder with its error bars, the cross-table, who is
    likely stronger than whom, and every game to click through on a board.

    \b
    Examples:
      tessera league report league
      tessera league report league --html elo.html
    """
    from tessera.league.report import render

    found = places.load(folder)
    page = html or folder / "report.html"
    write_text(page, render(found.summary, found.records, found.trial))
    if as_json:
        output.print_json({"html": str(page), **found.as_dict()})
    else:
        standings.show(found.summary, planned=found.planned, stopped=found.stopped, trial=found.trial)
        output.print_text(f"wrote {output.escape(str(page))}")

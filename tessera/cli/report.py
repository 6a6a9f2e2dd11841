"""`tessera report`: the page of a run, for those who sit at another machine."""

from __future__ import annotations

from pathlib import Path

import click

from tessera.cli import output
from tessera.cli.league.writing import write_text


@click.command("report")
@click.argument("run", type=click.Path(path_type=Path, file_okay=False))
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="The page; RUN/report.html without it.")
def command(run: Path, html: Path | None) -> None:
    """Write the curves of a run as one HTML page that needs nothing else.

    Losses by head, win rates, Elo with its 95% interval, speed, memory, checkpoints and settings, of a run that is
    finished, killed or in progress. `tessera league report` is the page of a league.

    \b
    Examples:
      tessera report runs/small
      tessera report runs/small --html small.html
    """
    from tessera.runs import open_run
    from tessera.runs.report import render

    found, page = open_run(run), html or run / "report.html"
    write_text(page, render(found))
    output.print_text(f"wrote {output.escape(str(page))}")

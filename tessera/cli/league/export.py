"""`tessera league export`: a league for other programs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tessera.cli import output
from tessera.cli.league import places
from tessera.cli.league.writing import write_text
from tessera.errors import BadValue


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
def command(folder: Path, out: Path) -> None:
    """Write CSV, JSON, HTML and SGF for other programs.

    The league in FOLDER becomes ratings.csv, games.csv, league.json, report.html and games.sgf in OUT; games.sgf
    is one collection of all games that count.

    \b
    Examples:
      tessera league export league shared/
    """
    from tessera.interfaces.arbiter import VOID
    from tessera.league.folder import sgf_text
    from tessera.league.report import games_csv, ratings_csv, render

    found = places.load(folder)
    summary, records = found.summary, found.records
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadValue("OUT", str(out), f"a folder that can be written ({error.strerror})") from None
    files = {
        "ratings.csv": ratings_csv(summary),
        "games.csv": games_csv(records),
        "league.json": json.dumps(found.as_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        "report.html": render(summary, records, found.trial),
        "games.sgf": "".join(sgf_text(record) for record in records if record.result != VOID),
    }
    for name, text in files.items():
        write_text(out / name, text)
    output.print_text(f"wrote {', '.join(files)} to {output.escape(str(out))}")

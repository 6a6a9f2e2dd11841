"""`tessera league rate`: Elo from results of any origin."""

from __future__ import annotations

from pathlib import Path

import click

from tessera.cli import output
from tessera.cli.league import standings
from tessera.errors import BadValue


@click.command("rate")
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--anchor", "anchors", multiple=True, metavar="NAME=ELO", help="Pin a player; may be repeated.")
@click.option(
    "--prior",
    type=click.FloatRange(0.0, 100.0),
    default=0.5,
    show_default=True,
    metavar="DRAWS",
    help="Virtual draws of each player against an average one; 0 trusts the results alone.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(results: tuple[Path, ...], anchors: tuple[str, ...], prior: float, as_json: bool) -> None:
    """Rate the players of results from anywhere.

    RESULTS are files and folders, rated together: games.jsonl of a league, a CSV with the columns black, white and
    result, or a folder of SGF files.

    A result is SGF's: B+3.5, W+R, 0; anything else counts for nobody.

    \b
    Examples:
      tessera league rate league/games.jsonl --anchor "GnuGo level 10=1800"
      tessera league rate results.csv --prior 0 --json
      tessera league rate games/
    """
    from tessera.league.results import read_results
    from tessera.league.summary import summarise

    summary = summarise(read_results(results), title="Ratings", anchors=dict(map(_anchor, anchors)), prior=prior)
    if as_json:
        output.print_json(summary.as_dict())
    else:
        standings.show(summary)


def _anchor(word: str) -> tuple[str, float]:
    name, _, elo = word.rpartition("=")
    try:
        return name, float(elo)
    except ValueError:
        raise BadValue("--anchor", word, "NAME=ELO") from None

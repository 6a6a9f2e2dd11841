"""`tessera bench search`: the search beside mctx."""

from __future__ import annotations

import click

from tessera.cli import output


@click.command("search")
@click.option("--trees", type=click.IntRange(1, 4096), default=256, show_default=True, help="Games searched at once.")
@click.option("--simulations", type=click.IntRange(2, 1024), default=64, show_default=True, help="Per game.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(trees: int, simulations: int, as_json: bool) -> None:
    """The search on 9x9 with a constant network, ours and mctx's on pgx in turns.

    \b
    Examples:
      tessera bench search
      tessera bench search --trees 64 --simulations 32 --json
    """
    from tessera.bench.search import measure

    report = measure(trees, simulations)
    if as_json:
        output.print_json(report.as_dict())
        return
    output.print_table(
        ("Gumbel search, constant network", "simulations/s", "ratio to mctx"),
        [
            ("tessera, one thread", f"{report.tessera:,.0f}", f"{report.ratio:.1f}"),
            ("mctx on pgx, all threads", f"{report.mctx:,.0f}", "1.0"),
        ],
        title=f"{report.trees} trees x {report.simulations} simulations, median of {report.rounds} rounds",
    )

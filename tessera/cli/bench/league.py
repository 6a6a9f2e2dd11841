"""`tessera bench league`: checkpoint against checkpoint, in one batch and as two GTP processes."""

from __future__ import annotations

import click

from tessera.cli import output
from tessera.cli.main import App
from tessera.errors import BadValue
from tessera.rules.coords import MAX_SIZE


@click.command("league")
@click.option("--ckpt", metavar="FILE", help="The network of both sides; the shipped one without it.")
@click.option("--size", type=click.IntRange(5, MAX_SIZE), default=9, show_default=True, help="Board side.")
@click.option("--visits", type=click.IntRange(1, 10_000), default=16, show_default=True, help="Search per move.")
@click.option("--batch", type=click.IntRange(2, 4096), default=256, show_default=True, help="Games at once; even.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def command(app: App, ckpt: str | None, size: int, visits: int, batch: int, as_json: bool) -> None:
    """Checkpoint against checkpoint: in one batch, and as two GTP processes.

    \b
    Examples:
      tessera bench league
      tessera bench league --visits 64 --batch 64 --json
    """
    from tessera.bench.league import ROUNDS, measure

    if batch % 2:
        raise BadValue("--batch", batch, "an even number, for every opening is played with both colours")
    with output.progress(ROUNDS, "rounds of games") as advance:
        report = measure(app.manager, checkpoint=ckpt, size=size, visits=visits, batch=batch, progress=advance)
    if as_json:
        output.print_json(report.as_dict())
        return
    output.print_table(
        ("checkpoint against checkpoint", "games/h", "ratio"),
        [
            (f"one batch of {batch} games", f"{report.batched:,.0f}", f"{report.ratio:.1f}"),
            ("two GTP processes", f"{report.gtp:,.0f}", "1.0"),
        ],
        title=f"{size}x{size}, {visits} visits, median of {report.rounds} rounds",
    )

"""`tessera tensorboard`: mirror runs into a folder that TensorBoard shows."""

from __future__ import annotations

import time
from pathlib import Path

import click

from tessera.errors import BadValue


@click.command("tensorboard")
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--logdir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("tensorboard"),
    show_default=True,
    help="Where the events go, a folder for each run.",
)
@click.option("--follow", is_flag=True, help="Go on with what the runs write, until Ctrl-C.")
@click.option(
    "--refresh",
    type=click.FloatRange(1, 3600),
    default=10,
    show_default=True,
    help="Seconds between two looks at the runs.",
)
def command(runs: tuple[Path, ...], logdir: Path, follow: bool, refresh: float) -> None:
    """Write the curves of runs as TensorBoard's events.

    Each of RUNS is the folder of a run, finished or in progress, or a folder of such folders.

    \b
    Examples:
      tessera tensorboard runs/small
      tessera tensorboard runs --follow --logdir tb
      tensorboard --logdir tb
    """
    from tessera.runs import find_runs
    from tessera_tensorboard.mirror import Mirror

    found = find_runs(list(runs))
    names = [run.name for run in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise BadValue("RUNS", twice, "runs with names of their own", "mirror the two into two --logdir")
    mirrors = [Mirror(run, logdir / run.name) for run in found]
    lines = sum(mirror.refresh() for mirror in mirrors)
    click.echo(f"{lines} lines are in {logdir}; tensorboard --logdir {logdir} shows them.", err=True)
    try:
        while follow:
            time.sleep(refresh)
            for mirror in mirrors:
                mirror.refresh()
    finally:
        for mirror in mirrors:
            mirror.close()

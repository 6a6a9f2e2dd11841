"""`tessera gpu-check`: a list of checks and measurements, for the first minutes on a GPU."""

from __future__ import annotations

from pathlib import Path

import click

from tessera.cli import output
from tessera.errors import BadValue
from tessera.gpu_check.run import GpuCheck
from tessera.gpu_check.stages import FULL, REHEARSAL, STAGES, Stage, named
from tessera.gpu_check.table import figures, markdown


@click.command("gpu-check")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("gpu-check"),
    show_default=True,
    help="Folder of the results; what is done there is not done again.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    default=570.0,
    show_default=True,
    help="Of the whole call; a stage that cannot end in time is left for the next.",
)
@click.option("--stage", "names", multiple=True, help="Only this one; may be repeated.")
@click.option("--again", is_flag=True, help="Run what is done already, too.")
@click.option("--device", default="cuda", show_default=True, help="cuda, cuda:N, or cpu for a rehearsal.")
@click.option("--list", "listing", is_flag=True, help="Show the stages and end.")
@click.option("--table", is_flag=True, help="Print the table of what is there and end.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each stage, and no table.")
def command(
    out: Path,
    seconds: float,
    names: tuple[str, ...],
    again: bool,
    device: str,
    listing: bool,
    table: bool,
    as_json: bool,
) -> None:
    """Check a GPU and measure on it, the most valuable first, each stage in a process with a deadline.

    Every result is a line of OUT/results.jsonl at once, so a call that is cut off loses one stage; the next call goes
    on. At the end there is a table for GPU.md. With --device cpu everything is small: a rehearsal.

    \b
    Examples:
      tessera gpu-check --list
      tessera gpu-check --out results --seconds 570
      tessera gpu-check --device cpu --stage rules --stage search
    """
    stages = named(names)
    if listing:
        output.print_table(("stage", "seconds", "shows"), [(s.name, str(s.seconds), s.shows) for s in stages])
        return
    kind = _check_device(device)
    stages = tuple(stage for stage in stages if kind == "cuda" or not stage.gpu_only)
    check = GpuCheck(out, {**(REHEARSAL if kind == "cpu" else FULL), "device": device})
    if not table:
        for line in check.run(stages, seconds=seconds, again=again, begin=_say):
            if as_json:
                output.print_json(line)
            else:
                stage = next(stage for stage in STAGES if stage.name == line["stage"])
                output.note(f"{line['stage']}: {line['error'] or figures(stage, line['result'])} ({line['seconds']} s)")
    if not as_json:
        text = markdown(check.lines())
        (out / "table.md").write_text(text + "\n", encoding="utf-8")
        click.echo(text)
    wanted = {stage.name for stage in stages}
    if any(line["status"] != "done" for line in check.lines() if line["stage"] in wanted):
        raise click.exceptions.Exit(1)


def _say(stage: Stage) -> None:
    output.note(f"{stage.name}: {stage.shows}, at most {stage.seconds} s")


def _check_device(device: str) -> str:
    """'cpu' or 'cuda'. Raises `BadValue` for a device that is not there."""
    import torch

    kind, _, number = device.partition(":")
    there = torch.cuda.device_count()
    if kind == "cuda" and not there:
        raise BadValue("--device", device, "a CUDA device that torch sees", "--device cpu rehearses")
    if kind not in ("cpu", "cuda") or (number and not number.isdigit()) or (number and int(number) >= max(1, there)):
        raise BadValue("--device", device, "cpu, cuda or cuda:N")
    return kind

"""`tessera bench save`: a checkpoint beside torch's own."""

from __future__ import annotations

from pathlib import Path

import click

from tessera.cli import output


@click.command("save")
@click.option("--mib", type=click.IntRange(2, 2**20), default=200, show_default=True, help="Size of the state.")
@click.option(
    "--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path(), show_default=True,
    help="On the disk to write to; nothing is left there.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(mib: int, folder: Path, as_json: bool) -> None:
    """How long a checkpoint takes, and how much memory, beside torch.save with fsync and SHA-256, in turns.

    \b
    Examples:
      tessera bench save
      tessera bench save --mib 2000 --folder runs --json
    """
    from tessera.bench.save import TURNS, compare

    with output.progress(2 * TURNS, f"saving {mib} MiB") as advance:
        report = compare(mib, folder, progress=advance)
    if as_json:
        output.print_json(report.as_dict())
        return
    output.print_table(
        ("", "seconds", "extra memory, MiB"),
        [
            ("tessera", f"{report.seconds:.2f}", f"{report.extra_mib:.0f}"),
            ("torch.save, fsync, SHA-256", f"{report.torch_seconds:.2f}", f"{report.torch_extra_mib:.0f}"),
            ("ratio", f"{report.ratio:.2f} ({report.ratio_low:.2f} to {report.ratio_high:.2f})", ""),
            ("ratio of CPU time", f"{report.cpu_ratio:.2f}", ""),
        ],
        title=f"a state of {mib} MiB, median of {TURNS} turns",
    )

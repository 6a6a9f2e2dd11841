"""`tessera bench rules`: random play beside OpenSpiel."""

from __future__ import annotations

import click

from tessera.cli import output


@click.command("rules")
@click.option("--size", type=click.IntRange(5, 19), default=9, show_default=True, help="Board side.")
@click.option(
    "--seconds", type=click.FloatRange(min=0.5), default=15.0, show_default=True, help="About how long to measure."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(size: int, seconds: float, as_json: bool) -> None:
    """Random legal play, ours and OpenSpiel's C++ in turns on one core.

    \b
    Examples:
      tessera bench rules --size 9
      tessera bench rules --size 19 --seconds 30 --json
    """
    from tessera.bench.rules import ROUNDS, run

    with output.progress(ROUNDS, f"random play on {size}x{size}") as advance:
        report = run(size, seconds=seconds, progress=advance)
    if as_json:
        output.print_json(report.as_dict())
        return
    output.print_table(
        ("random legal play", "steps/s, one core", "moves per game", "ratio to OpenSpiel"),
        [
            _row("tessera, mask as bits", report.tessera_bits, report.tessera_moves_per_game, report.ratio_bits),
            _row("tessera, mask as bytes", report.tessera_bytes, report.tessera_moves_per_game, report.ratio_bytes),
            _row("OpenSpiel, C++ rollouts", report.open_spiel, report.open_spiel_moves_per_game, 1.0),
        ],
        title=f"{size}x{size}, median of {report.rounds} rounds",
    )


def _row(name: str, steps: float, moves: float, ratio: float) -> tuple[str, str, str, str]:
    return name, f"{steps / 1e6:.2f} M", f"{moves:.0f}", f"{ratio:.2f}"

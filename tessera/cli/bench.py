"""`tessera bench`: rules and search measured against other implementations, in one run each."""

from __future__ import annotations

import click

from tessera.cli import output

JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group("bench")
def command() -> None:
    """Measure rules and search against other implementations (extra `bench`).

    \b
    Examples:
      tessera bench rules --size 19 --json
      tessera bench search --json
    """


@command.command()
@click.option("--size", type=click.IntRange(5, 19), default=9, show_default=True, help="Board side.")
@click.option(
    "--seconds", type=click.FloatRange(min=0.5), default=15.0, show_default=True, help="About how long to measure."
)
@JSON_OPTION
def rules(size: int, seconds: float, as_json: bool) -> None:
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


@command.command()
@click.option("--trees", type=click.IntRange(1, 4096), default=256, show_default=True, help="Games searched at once.")
@click.option("--simulations", type=click.IntRange(2, 1024), default=64, show_default=True, help="Per game.")
@JSON_OPTION
def search(trees: int, simulations: int, as_json: bool) -> None:
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

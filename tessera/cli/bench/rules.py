"""`tessera bench rules`: random play beside OpenSpiel; with --features, what a network's input costs."""

from __future__ import annotations

import click

from tessera.cli import output
from tessera.cli.main import App

FEATURE_SIDES = (9, 13, 19)


@click.command("rules")
@click.option("--size", type=click.IntRange(5, 19), default=9, show_default=True, help="Board side.")
@click.option(
    "--seconds", type=click.FloatRange(min=0.5), default=15.0, show_default=True, help="About how long to measure."
)
@click.option("--features", is_flag=True, help="Instead: what a position costs by feature set, on 9x9, 13x13, 19x19.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def command(app: App, size: int, seconds: float, features: bool, as_json: bool) -> None:
    """Random legal play, ours and OpenSpiel's C++ in turns on one core; or what a network is shown (--features).

    \b
    Examples:
      tessera bench rules --size 9
      tessera bench rules --size 19 --seconds 30 --json
      tessera bench rules --features
    """
    if features:
        _print_features(app, as_json)
        return
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


def _print_features(app: App, as_json: bool) -> None:
    from tessera.bench.features import TURNS, measure
    from tessera.builtin.torch_evaluator import TorchEvaluator
    from tessera.checkpoints import load, shipped_path

    evaluator = TorchEvaluator(load(str(shipped_path()), app.manager).module, "cpu")
    with output.progress(2 * TURNS * len(FEATURE_SIDES), "feature sets") as advance:
        lines = [line for side in FEATURE_SIDES for line in measure(side, evaluator, progress=advance)]
    if as_json:
        output.print_json({"lines": [line.as_dict() for line in lines]})
        return
    output.print_table(
        ("board", "positions", "features", "us a position"),
        [(f"{x.size}x{x.size}", f"{x.count} {x.positions}", x.features, f"{x.microseconds:.2f}") for x in lines],
        title=f"what a position costs, one core, median of {TURNS} turns",
    )


def _row(name: str, steps: float, moves: float, ratio: float) -> tuple[str, str, str, str]:
    return name, f"{steps / 1e6:.2f} M", f"{moves:.0f}", f"{ratio:.2f}"

"""`tessera bench`: rules and search measured against other implementations, networks against each other."""

from __future__ import annotations

import click

from tessera.cli import output
from tessera.cli.main import App
from tessera.config import parse_assignments, resolve
from tessera.errors import BadValue
from tessera.rules.coords import MAX_SIZE

JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group("bench")
def command() -> None:
    """Measure rules and search against other implementations (extra `bench`), and networks.

    \b
    Examples:
      tessera bench rules --size 19 --json
      tessera bench network --network mamba --batch 1 --batch 64
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


@command.command()
@click.option("--network", "name", metavar="NAME", help="Kind of network, random weights; the shipped one without it.")
@click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="A setting of --network.")
@click.option("--evaluator", "evaluators", multiple=True, default=["torch"], show_default=True, help="May be repeated.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
@click.option("--size", type=click.IntRange(2, MAX_SIZE), default=9, show_default=True, help="Board side.")
@click.option(
    "--batch", "batches", type=click.IntRange(1, 65536), multiple=True, default=[1, 8, 64], show_default=True,
    help="Positions at once; may be repeated.",
)  # fmt: skip
@click.option("--threads", type=click.IntRange(1, 256), help="CPU threads; all without it.")
@JSON_OPTION
@click.pass_obj
def network(
    app: App,
    name: str | None,
    assignments: tuple[str, ...],
    evaluators: tuple[str, ...],
    device: str,
    size: int,
    batches: tuple[int, ...],
    threads: int | None,
    as_json: bool,
) -> None:
    """How fast a network evaluates positions, by evaluator and batch size.

    \b
    Examples:
      tessera bench network --size 19
      tessera bench network --network mamba --set scan=none --threads 1
      tessera bench network --evaluator torch --evaluator openvino --json
    """
    import torch

    from tessera.bench.network import TURNS, measure
    from tessera.checkpoints import load, shipped_path
    from tessera.players.load import pick_device

    if threads is not None:
        torch.set_num_threads(threads)
    if name is None:
        if assignments:
            raise click.UsageError("--set needs --network")
        module = load(str(shipped_path()), app.manager).module
    else:
        spec, owner = app.manager.networks[name], f"network {name}"
        module = spec.build(
            **resolve(spec.defaults, parse_assignments(spec.defaults, assignments, owner=owner), owner=owner)
        )
    with output.progress(TURNS * len(batches) * len(evaluators), f"network on {size}x{size}") as advance:
        lines = measure(
            module,
            app.manager,
            evaluators=evaluators,
            device=pick_device(device),
            side=size,
            batches=batches,
            progress=advance,
        )
    if as_json:
        output.print_json({"network": name or "shipped", "size": size, "lines": [line.as_dict() for line in lines]})
        return
    output.print_table(
        ("evaluator", "batch", "ms", "positions/s", f"ratio to {evaluators[0]}"),
        [
            (
                line.evaluator,
                str(line.batch),
                f"{line.milliseconds:.2f}",
                f"{line.positions_per_second:,.0f}",
                f"{line.ratio:.2f}",
            )
            for line in lines
        ],
        title=f"{name or 'shipped network'} on {size}x{size}, median of {TURNS} turns",
    )


@command.command()
@click.option("--ckpt", metavar="FILE", help="The network of both sides; the shipped one without it.")
@click.option("--size", type=click.IntRange(5, MAX_SIZE), default=9, show_default=True, help="Board side.")
@click.option("--visits", type=click.IntRange(1, 10_000), default=16, show_default=True, help="Search per move.")
@click.option("--batch", type=click.IntRange(2, 4096), default=256, show_default=True, help="Games at once; even.")
@JSON_OPTION
@click.pass_obj
def league(app: App, ckpt: str | None, size: int, visits: int, batch: int, as_json: bool) -> None:
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

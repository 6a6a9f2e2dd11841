"""`tessera bench selfplay`: games, moves and evaluations a second, and what the device could do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from tessera.cli import output
from tessera.cli.main import App
from tessera.errors import BadValue
from tessera.rules.coords import MAX_SIZE
from tessera.settings import from_table, from_words, to_table

if TYPE_CHECKING:
    from tessera.bench.selfplay import Figure, SelfPlayReport

NETWORK, SHAPE = "resnet", {"blocks": 4, "width": 64, "pool_every": 2}
"""What is measured without --network, on all boards: the network of the preset 9x9."""


@click.command("selfplay")
@click.option("--trainer", "trainer_name", default="gumbel", show_default=True, help="See `tessera plugins`.")
@click.option("--size", type=click.IntRange(2, MAX_SIZE), default=9, show_default=True, help="Board side.")
@click.option("--network", "name", metavar="NAME", help="Kind of network.  [default: that of the preset 9x9]")
@click.option("--set", "shape", multiple=True, metavar="NAME=VALUE", help="A setting of the network.")
@click.option("--set-trainer", "assignments", multiple=True, metavar="NAME=VALUE", help="A setting of the trainer.")
@click.option("--games", type=click.IntRange(1, 65536), default=64, show_default=True, help="Games in flight.")
@click.option(
    "--seconds", type=click.FloatRange(min=0.1), default=60.0, show_default=True,
    help="About how long to measure, and at most how long to play before that.",
)  # fmt: skip
@click.option("--evaluator", help="What the games are played through.  [default: what the trainer comes with]")
@click.option("--threads", type=click.IntRange(1, 256), help="CPU threads; all without it.")
@click.option("--device", default="cpu", show_default=True, help="auto, cpu, cuda or cuda:N.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def command(
    app: App,
    /,
    trainer_name: str,
    size: int,
    name: str | None,
    shape: tuple[str, ...],
    assignments: tuple[str, ...],
    games: int,
    seconds: float,
    evaluator: str | None,
    threads: int | None,
    device: str,
    as_json: bool,
) -> None:
    """How fast a trainer plays: games/h, moves/s, evaluations/s, and the network's share of the time.

    The weights are random; without --network the resnet of the preset 9x9 (4 blocks of 64).

    A trainer with the settings `sizes` and `warm_up` plays --games games of one board side and does not learn;
    --set-trainer comes after that, so warm_up=1 brings learning in. Any other trainer is measured as it is.

    \b
    Examples:
      tessera bench selfplay --threads 1
      tessera bench selfplay --size 19 --games 16 --seconds 600 --json
      tessera bench selfplay --network resnet --set blocks=6 --set width=128 --set-trainer simulations=32
    """
    from tessera.bench.selfplay import ROUNDS, measure, settings_to_play
    from tessera.players.load import pick_device

    network, trainer = app.manager.networks[name or NETWORK], app.manager.trainers[trainer_name]
    network_settings = _settings(network, {} if name else SHAPE, shape, "network")
    trainer_settings = _settings(
        trainer, settings_to_play(trainer.settings, size=size, games=games), assignments, "trainer"
    )
    device = pick_device(device)
    if device.split(":")[0] not in trainer.devices:
        raise BadValue("--device", device, f"{', '.join(trainer.devices)} for the trainer {trainer.name!r}")
    module, threads = _prepare(network, network_settings, threads)
    with output.progress(ROUNDS + 1, f"self-play on {size}x{size}") as advance:
        report = measure(
            trainer.build(module, device, 1, trainer_settings),
            size=size,
            games=games,
            device=device,
            seconds=seconds,
            evaluator=app.manager.evaluators[evaluator] if evaluator else None,
            progress=advance,
        )
    what = {
        "trainer": trainer.name,
        "trainer_settings": to_table(trainer_settings),
        "network": network.name,
        "network_settings": to_table(network_settings),
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        "size": size,
        "games": games,
        "device": device,
        "evaluator": evaluator or "torch",
        "threads": threads,
    }
    if as_json:
        output.print_json({**what, **report.as_dict()})
    else:
        _show(what, report)


def _settings(spec: Any, given: dict[str, Any], words: Sequence[str], kind: str) -> Any:
    """A plugin's defaults, with ours laid over them, and the user's words over both."""
    owner = f"{kind} {spec.name}"
    return from_words(spec.settings, words, owner=owner, base=from_table(spec.settings, given, owner=owner))


def _prepare(network: Any, settings: Any, threads: int | None) -> tuple[Any, int]:
    """The network, and the CPU threads that torch and numba have from here on."""
    import numba
    import torch

    from tessera.nn.allocator import keep_freed_memory

    keep_freed_memory()
    threads = threads or torch.get_num_threads()
    # In this order: numba's thread pool, when it starts, resets the number that torch has.
    numba.set_num_threads(min(threads, numba.get_num_threads()))
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    return network.build(settings), threads


def _show(what: dict[str, Any], report: SelfPlayReport) -> None:
    output.print_table(
        ("self-play", "median", "lowest", "highest"),
        _rows(report),
        title=f"{what['trainer']} on {what['size']}x{what['size']}, {report.rounds} rounds in {report.seconds:.0f} s",
    )
    shape = " ".join(f"{name}={value}" for name, value in what["network_settings"].items())
    output.note(
        f"{what['games']} games at once, {what['network']} {shape} ({what['parameters']:,} parameters), "
        f"{what['device']}, CPU threads: {what['threads']}"
    )
    for note in _notes(report):
        output.note(note)


def _rows(report: SelfPlayReport) -> list[tuple[str, ...]]:
    rows = [_row("moves/s", report.moves_per_second, ",.1f")]
    if report.games_per_hour:
        rows.insert(0, _row("games/h", report.games_per_hour, ",.0f"))
    use = report.network_use
    if use:
        rows += [
            _row("evaluations/s", use.evaluations_per_second, ",.0f"),
            _row("share of time inside the network", use.share, ".1%"),
            _row("GFLOP/s", use.flops_per_second.times(1e-9), ",.1f"),
            _row(f"share of the {use.precision} peak", use.peak_share, ".1%"),
        ]
    return rows


def _row(name: str, figure: Figure, style: str) -> tuple[str, ...]:
    return name, *(format(value, style) for value in (figure.median, figure.lowest, figure.highest))


def _notes(report: SelfPlayReport) -> list[str]:
    """What a reader has to know beside the table."""
    notes = [", ".join(f"{name} peak {value / 1e9:,.0f} GFLOP/s" for name, value in report.peak_flops.items())]
    if report.mean_length:
        notes.append(f"games/h: moves/s by the mean length of finished games, {report.mean_length:.1f} moves")
    else:
        notes.append("games/h is not known: fewer games ended than were in flight; try more --seconds")
    if report.learning_steps:
        notes.append(f"learning is part of the time: {report.learning_steps} training steps")
    if report.network_use is None:
        notes.append("evaluations are not known: the trainer plays through something else than its network's class")
    return notes

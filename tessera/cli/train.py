"""`tessera train`: learn from self-play, into a run folder that a later command can resume."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tessera.cli import output
from tessera.cli.main import App
from tessera.cli.playing import MAX_SEED, MAX_THREADS, make_folder
from tessera.cli.settings_help import SettingsCommand
from tessera.cli.train_batch import show_plan, sized
from tessera.cli.train_view import TrainView, anchored, lead, number, percent
from tessera.errors import BadValue
from tessera.training.assembly import adjusted, begin, fetch, follow, normalise, with_evaluator
from tessera.training.assembly import resume as go_on
from tessera.training.config import presets

if TYPE_CHECKING:
    from tessera.training.processes import Processes
    from tessera.training.run import Emit

FIXED = (
    "--preset",
    "--config",
    "--set-network",
    "--network",
    "--trainer",
    "--start-from",
    "--seed",
    "--batch",
    "--evaluator",
)
"""Options that a resumed run cannot change: its beginning, its network and its trainer."""
PLAYING = 8
"""The level at which a new network is offered as an opponent: it searches, and answers at once."""


@click.command(
    "train",
    cls=SettingsCommand,
    plugins={"trainer": ("trainers", "--set"), "network": ("networks", "--set-network")},
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The run's folder.")
@click.option("--preset", help=f"A run that comes with the package: {', '.join(presets())}.  [default: 9x9]")
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="A run as TOML, like its config.toml.")
@click.option("--resume", is_flag=True, help="Go on with the run in --out; its config.toml holds.")
@click.option("--minutes", type=float, help="Training time of the whole run.")
@click.option("--cpu-minutes", type=float, help="CPU time in training of the whole run.")
@click.option("--games", type=int, help="Self-play games of the whole run.")
@click.option("--seed", type=click.IntRange(0, MAX_SEED), help="Seed of weights, games and learning.")
@click.option("--threads", type=click.IntRange(1, MAX_THREADS), help="CPU threads.")
@click.option("--device", help="auto, cpu, cuda, cuda:N; auto is what the trainer is best on.")
@click.option("--evaluator", help="What self-play evaluates with.  [default: auto, the quickest here]")
@click.option("--batch", metavar="auto|N", help="Games at once, over all sizes; auto: what the device feeds well.")
@click.option("--network", help="Policy network to train; with --help its settings.")
@click.option("--start-from", metavar="CKPT", help="Begin with the weights of a checkpoint.")
@click.option("--trainer", help="How to train it; with --help its settings.")
@click.option(
    "--store", metavar="URL", help="Copy the run to s3://... at each checkpoint; with --resume, go on from there."
)
@click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="A setting of the trainer.")
@click.option("--set-network", "shape", multiple=True, metavar="NAME=VALUE", help="A setting of the network.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line per event on stdout.")
@click.pass_obj
def command(
    app: App,
    /,
    out: Path,
    preset: str | None,
    config_path: Path | None,
    resume: bool,
    batch: str | None,
    assignments: tuple[str, ...],
    shape: tuple[str, ...],
    as_json: bool,
    **given: Any,
) -> None:
    """Learn from self-play, or from SGF files. Ctrl-C ends the run with a checkpoint; --resume goes on with it.

    On a terminal the run is shown live, elsewhere as a line every few seconds. A run whose games are no longer Go
    (passes only, one game again and again, ...) ends with the check that failed, one that diverges whatever is done
    with what was tried: exit code 3. tessera supervise starts a run again after a crash.

    \b
    Examples:
      tessera train --preset 5x5 --out runs/small
      tessera train --preset 9x9 --out runs/first --minutes 60 --set simulations=32
      tessera train --out runs/first --resume --minutes 120
      tessera train --preset 9x9 --out runs/first --store s3://bucket/first
      tessera train --out here --resume --store s3://bucket/first      on another machine
      tessera train --trainer imitation --set games=sgf/ --out runs/sgf
      tessera train --trainer distill --set teacher=kata1-b18.bin.gz --out runs/mine
      torchrun --nproc-per-node 2 -m tessera train --out runs/two      two processes learn together
      tessera train --trainer gumbel --network tower --help      every setting of both
      tessera-gtp --ckpt runs/first/checkpoints/net-00012345.pth
    """
    from tessera.training.processes import joined

    with joined() as processes:
        if processes.rank > 0:
            follow(app.manager, processes)
            return
        try:
            _train(app, processes, out, preset, config_path, resume, batch, assignments, shape, as_json, given)
        finally:
            processes.end()


def _train(
    app: App,
    processes: Processes,
    out: Path,
    preset: str | None,
    config_path: Path | None,
    resume: bool,
    batch: str | None,
    assignments: tuple[str, ...],
    shape: tuple[str, ...],
    as_json: bool,
    given: Mapping[str, Any],
) -> None:
    from tessera.training.config import read_config, read_preset
    from tessera.training.folder import RunFolder
    from tessera.training.stop import stop_on_signals

    if preset and config_path:
        raise BadValue("--preset", preset, "one of --preset and --config", "leave one out")
    folder = RunFolder(out)
    if resume:
        if given["store"]:
            fetch(app.manager, given["store"], folder)
        _refuse_with_resume(preset=preset, config=config_path, set_network=shape, batch=batch, **given)
        config = folder.config()
    elif config_path:
        config = read_config(config_path)
    else:
        config = read_preset(preset or "9x9")
    changes = {name: value for name, value in given.items() if value is not None}
    config = normalise(app.manager, adjusted(config, changes), trainer_words=assignments, network_words=shape)
    if not resume:
        folder.refuse_run()
        make_folder(out)
        if batch is not None:
            config = sized(app.manager, config, batch)
        config = with_evaluator(app.manager, config)
    with _display(as_json, f"tessera train  {config.trainer}, {config.network}  {out}") as emit:
        if resume:
            run = go_on(app.manager, folder, config=config, emit=emit, tell=output.note, processes=processes)
        else:
            run = begin(app.manager, config, folder, emit=emit, tell=output.note, processes=processes)
        show_plan(app.manager, run.config)
        with stop_on_signals() as stop:
            reason = run.go(stop)
    output.note(f"{reason}; the run is in {folder.path}")
    if (network := folder.newest_network) is not None:
        size = run.config.evaluation_size
        output.note(f"play against it: tessera play --ckpt {shlex.quote(str(network))} --size {size} --level {PLAYING}")


def _refuse_with_resume(**options: Any) -> None:
    for option in FIXED:
        value = options[option.removeprefix("--").replace("-", "_")]
        if value not in (None, ()):
            raise BadValue(option, value, "not together with --resume", "leave it out")


@contextmanager
def _display(as_json: bool, title: str) -> Iterator[Emit]:
    if as_json or not (output.is_terminal() and output.can_redraw()):
        yield _print_json if as_json else _print_line
        return
    view = TrainView()
    with output.live_rows(title) as show:

        def draw(kind: str, data: Mapping[str, Any]) -> None:
            view.feed(kind, data)
            show(view.rows())

        show(view.rows())
        yield draw


def _print_json(kind: str, data: Mapping[str, Any]) -> None:
    if kind != "tick":
        click.echo(json.dumps({"kind": kind, **data}, allow_nan=False))


def _print_line(kind: str, data: Mapping[str, Any]) -> None:
    """An event as one line for people, on stdout at once: a log is read while it grows."""
    if kind == "step":
        losses = "  ".join(f"{name} {number(value)}" for name, value in data["losses"].items()) or "collecting games"
        click.echo(
            f"{data['seconds'] / 60:6.1f} min  {data['games']:,} games ({data['games_per_hour']:,}/h)  "
            f"{data['moves']:,} moves ({data['moves_per_second']:g}/s)  "
            f"{percent(data['win_rate_random'])} against random  {losses}"
        )
    elif kind == "evaluation":
        click.echo(
            f"       evaluation: {data['wins']} won, {data['draws']} drawn, {data['losses']} lost against random "
            f"in {data['mean_length']:g} moves on average; "
            f"Elo {data['elo']} ({data['elo_low']} to {data['elo_high']}, random is 0); "
            f"{percent(data['win_rate_best'])} against the best before{lead(data, 'best')}"
            + "".join(f"; {anchored(name, found)}" for name, found in data["anchors"].items())
        )
    elif kind == "warning":
        click.echo(f"       warning: {data['text']}")
    elif kind == "checkpoint":
        click.echo(f"       checkpoint: {data['network']}")
    elif kind == "copying":
        click.echo(f"       copying to {data['store']}")

"""`tessera-gtp` and `tessera gtp`: the engine for Sabaki, GoGui and other GTP clients.

The first answer needs neither torch nor numba; they load in the background once no command waits. What can be
checked without them is checked before it. Exit codes: 0 after `quit` or the end of input, 1 when a checkpoint is
unusable, the player cannot be loaded or stdout is gone, 2 for a wrong option; SIGTERM and SIGINT end the process
as if unhandled (143 and 130 in a shell).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tessera.cli.funnel import guarded
from tessera.cli.playing import MAX_SEED, MAX_THREADS, strength_choice, wanted_of
from tessera.cli.settings_help import SettingsCommand
from tessera.cli.waiting import wait_asleep
from tessera.errors import OutputError
from tessera.gtp import signals
from tessera.gtp.loop import GtpEngine, descriptor_writer
from tessera.gtp.models import Model
from tessera.gtp.resign import ResignRule
from tessera.gtp.session import Function
from tessera.gtp.settings import EngineSettings
from tessera.interfaces.network import AUTO
from tessera.settings import from_words, to_table
from tessera.values import as_text

if TYPE_CHECKING:
    from tessera.interfaces.player import Player
    from tessera.plugins import Manager

PROGRAM = "tessera-gtp"


def player_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say who plays; shared with `tessera analysis`."""
    for option in reversed(
        (
            click.option("--ckpt", metavar="FILE", help="The network; the shipped one by default."),
            click.option(
                "--player", default="search", show_default=True, help="Kind of player; with --help its settings."
            ),
            click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="A setting of the player."),
            click.option("--evaluator", default=AUTO, show_default=True, help="What runs the network."),
            click.option("--device", default="auto", show_default=True, help="cpu, cuda, cuda:1, ..."),
            click.option("--threads", type=click.IntRange(1, MAX_THREADS), help="Most CPU threads; all without it."),
            click.option(
                "--seed", type=click.IntRange(0, MAX_SEED), help="Repeats a run on the CPU; without it games differ."
            ),
        )
    ):
        function = option(function)
    return function


def resign_option(context: click.Context, parameter: click.Parameter, value: str) -> float:
    """'off' or a win rate."""
    try:
        return 0.0 if value == "off" else float(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither a win rate nor off") from None


@click.command(
    "gtp",
    context_settings={"help_option_names": ["-h", "--help"]},
    cls=SettingsCommand,
    plugins={"player": ("players", "--set")},
)
@player_options
@click.option("--visits", type=int, help="Most visits of a move.")
@click.option("--time", "seconds", type=float, help="Most seconds of a move.")
@strength_choice
@click.option(
    "--resign", default="0.05", show_default=True, callback=resign_option, help="Win rate to resign below, or off."
)
@click.option("--lag", type=float, default=0.5, show_default=True, help="Seconds a move loses outside the engine.")
@click.option(
    "--sgf-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The only folder loadsgf and printsgf may use, for servers; else loadsgf reads any SGF file.",
)
@click.option("--name", default="Tessera", show_default=True, help="What `name` answers.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    visits: int | None,
    seconds: float | None,
    level: int | None,
    rank: str | None,
    elo: float | None,
    resign: float,
    lag: float,
    sgf_dir: Path | None,
    name: str,
    **who: Any,
) -> None:
    """Speak GTP on stdin and stdout.

    Without any limit a move takes at most 400 visits and 2.5 seconds; a controller's clock is kept.

    \b
    Examples:
      tessera-gtp                                  the shipped network, for Sabaki or GoGui
      tessera-gtp --ckpt final.pth --visits 800    another network; a relative path starts at the working folder
      tessera-gtp --rank 10k                       as strong as 10k, in one look at the board
      tessera-gtp --level 2 --resign off           for beginners, and plays to the end
      echo genmove b | tessera-gtp --player random
    """
    wanted = wanted_of(level, rank, elo)
    if who["seed"] is None:
        who["seed"] = secrets.randbits(31)
    manager = manager_of(ctx, PROGRAM)
    if wanted:
        from tessera.checkpoints.rank_table import strength_of

        chosen = strength_of(wanted, who["ckpt"], manager, size=None)
        for text in chosen.notes:
            complain(text)
        visits, who["player"] = chosen.visits, chosen.player
        who["assignments"] = tuple(f"{name}={as_text(value)}" for name, value in chosen.settings.items())
    settings = EngineSettings(
        visits=visits,
        seconds=seconds,
        lag=lag,
        resign=ResignRule(threshold=resign),
        sgf_dir=None if sgf_dir is None else sgf_dir.resolve(),
        name=name,
        seed=who["seed"],
    )
    opener = checked_player(manager, **who)
    leave(_serve(settings, opener, lambda: manager.gtp_commands, lambda: models_of(manager, **who)))


def manager_of(ctx: click.Context, program: str) -> Manager:
    """The manager of `tessera`, or a new one when this is `tessera-gtp`; plugins that failed are named on stderr."""
    from tessera.cli.main import App

    return (ctx.obj or App(program)).manager


def checked_player(
    manager: Manager,
    *,
    ckpt: str | None,
    player: str,
    assignments: tuple[str, ...],
    threads: int | None,
    evaluator: str,
    device: str,
    seed: int,
    program: str = PROGRAM,
) -> Callable[[], Player]:
    """What opens the player that `player_options` describe, once they are checked. Opening is slow: torch comes in."""
    from tessera.players import load

    chosen = _player_settings(manager, player, assignments)
    load.check(manager, checkpoint=ckpt, player=player, evaluator=evaluator, device=device, settings=chosen)
    return lambda: load.open_player(
        manager,
        checkpoint=ckpt,
        player=player,
        evaluator=evaluator,
        device=device,
        seed=seed,
        threads=threads,
        settings=chosen,
        tell=lambda text: complain(text, program),
    )


def models_of(
    manager: Manager, *, ckpt: str | None, player: str, assignments: tuple[str, ...], **options: Any
) -> tuple[Model, ...]:
    """The network that player thinks with; none for a player without one, or whose store only the loader can open."""
    from tessera.checkpoints import read_manifest, shipped_path

    spec = manager.players[player]
    if not spec.needs_network or (ckpt is not None and "://" in ckpt):
        return ()
    path = shipped_path() if ckpt is None else Path(ckpt)
    batch = _player_settings(manager, player, assignments).get("leaves", 1)
    return (Model.of(path, read_manifest(path, manager), batch=int(batch)),)


def _player_settings(manager: Manager, player: str, assignments: tuple[str, ...]) -> dict[str, Any]:
    """Every setting of a player by name, with the words of `--set` laid over the defaults."""
    return to_table(from_words(manager.players[player].settings, assignments, owner=f"player {player}"))


def complain(text: str, program: str = PROGRAM) -> None:
    """Lines on stderr, each with our name: some controllers mix stderr into the answers."""
    lines = "".join(f"{program}: {line}\n" for line in text.splitlines())
    with contextlib.suppress(OSError):  # a controller may have closed stderr; then nobody is left to tell
        os.write(2, lines.encode("utf-8", errors="replace"))


def private_stdout() -> int:
    """A descriptor of stdout that only we write to; what libraries print goes to stderr instead."""
    sys.stdout.flush()
    ours = os.dup(1)
    os.dup2(2, 1)
    return ours


def _serve(
    settings: EngineSettings,
    open_: Callable[[], Player],
    plugin_commands: Callable[[], Mapping[str, Function]],
    models: Callable[[], Sequence[Model]],
) -> int:
    engine = GtpEngine(
        settings,
        open_player=open_,
        plugin_commands=plugin_commands,
        write=descriptor_writer(private_stdout()),
        complain=complain,
        models=models,
    )
    try:
        signals.install(engine.inbox.interrupt)
        engine.listen(0)
        try:
            engine.serve()
        finally:
            engine.close()
    except BrokenPipeError:
        return 1
    except OutputError as error:
        complain(str(error))
        return error.exit_code
    except signals.Terminated as end:
        signals.die(end.number)
    return 0 if engine.failure is None else getattr(engine.failure, "exit_code", 1)


def leave(code: int) -> None:
    """End the process at once: a thread may be in the midst of importing torch, and a clean shutdown would wait."""
    sys.stderr.flush()
    os._exit(code)


def main() -> int:
    """The console script."""
    wait_asleep()
    return guarded(PROGRAM, lambda: command.main(prog_name=PROGRAM, standalone_mode=False))

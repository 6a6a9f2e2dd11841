"""What the commands that play games share: the options that choose an engine and a game, and their meaning."""

from __future__ import annotations

import functools
import math
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from tessera.errors import BadValue
from tessera.gtp import levels
from tessera.interfaces.network import AUTO
from tessera.rules.coords import MAX_SIZE, MIN_SIZE
from tessera.rules.ruleset import DEFAULT, PRESETS, Ruleset, parse_ruleset

if TYPE_CHECKING:
    from pathlib import Path

    from tessera.cli.main import App
    from tessera.library.players import LoadedPlayer
    from tessera.rules.game import Game

MAX_KOMI = 150.0
MAX_SEED = 2**63 - 1
MAX_THREADS = 1024
MAX_VISITS = 1_000_000


@dataclass(frozen=True)
class EngineChoice:
    """The engine the options name; nothing is loaded yet."""

    checkpoint: str | None
    """A path or URL; None is the shipped network."""
    player: str
    evaluator: str
    device: str
    seed: int
    """Drawn at random where the user gave none, so that it can be recorded."""
    threads: int | None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the player that differ from its defaults; a level sets them."""

    def check(self, app: App) -> None:
        """Refuse what `open` would refuse, as far as it shows at once: before folders are made or games are read."""
        from tessera.players import load

        load.check(
            app.manager,
            checkpoint=self.checkpoint,
            player=self.player,
            evaluator=self.evaluator,
            device=self.device,
        )

    def open(self, app: App, *, size: int, visits: int | None = None, seconds: float | None = None) -> LoadedPlayer:
        """Load the network and build the player. Takes seconds: torch and numba come with it."""
        from tessera.cli import output
        from tessera.library.players import load_player

        return load_player(
            self.checkpoint,
            player=self.player,
            visits=visits,
            seconds=seconds,
            evaluator=self.evaluator,
            device=self.device,
            seed=self.seed,
            threads=self.threads,
            size=size,
            settings=self.settings,
            manager=app.manager,
            tell=output.note,
        )


def engine_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options that arrive in the command as one `engine: EngineChoice`."""

    @functools.wraps(function)
    def wrapper(*args: Any, seed: int | None, ckpt: str | None, settings: Mapping[str, Any] = {}, **rest: Any) -> Any:
        names = ("player", "evaluator", "device", "threads")
        choice = EngineChoice(
            checkpoint=ckpt,
            seed=secrets.randbits(31) if seed is None else seed,
            settings=settings,
            **{name: rest.pop(name) for name in names},
        )
        return function(*args, engine=choice, **rest)

    for option in reversed(_ENGINE_OPTIONS):
        wrapper = option(wrapper)
    return wrapper


_ENGINE_OPTIONS = (
    click.option("--ckpt", metavar="URL", help="Checkpoint to play with; the shipped network without it."),
    click.option("--player", default="search", show_default=True, help="Kind of player; see `tessera plugins`."),
    click.option("--evaluator", default=AUTO, show_default=True, help="What runs the network."),
    click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N."),
    click.option("--seed", type=click.IntRange(0, MAX_SEED), help="Repeats a run on the CPU; random without it."),
    click.option("--threads", type=click.IntRange(1, MAX_THREADS), help="Most CPU threads; all without it."),
)


def strength_options(visits: int, *, level: int | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--visits` and `--level`, of which a command sees `visits` and the engine they mean; above `engine_options`.

    With a default `level`, that is how the command plays unless visits or a player are given.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **rest: Any) -> Any:
            number = rest.pop("level")
            if number is None and not _given("visits", "player"):
                number = level
            if number is not None:
                chosen = chosen_level(number)
                rest |= {"player": chosen.player, "visits": chosen.visits, "settings": chosen.settings}
            return function(*args, **rest)

        option = click.option(
            "--visits",
            type=click.IntRange(1, MAX_VISITS),
            default=visits,
            show_default=level is None,
            help="Search per move.",
        )
        return option((LEVEL_OPTION if level is None else _level_option(level))(wrapper))

    return decorate


def _level_option(default: int | None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    strongest = len(levels.LEVELS)
    shown = f"  [default: {default}]" if default else ""
    return click.option(
        "--level",
        type=int,
        help=f"Strength 1 (for beginners) to {strongest} ({levels.LEVELS[-1].words}), in place of --visits.{shown}",
    )


LEVEL_OPTION = _level_option(None)


def _given(*names: str) -> list[str]:
    """Those of the options that stand on the command line."""
    source = click.get_current_context().get_parameter_source
    return [name for name in names if source(name) is click.core.ParameterSource.COMMANDLINE]


def chosen_level(number: int) -> levels.Level:
    """What `--level` means; raises `BadValue` beside an option that says something else."""
    for name in _given("visits", "player", "assignments"):
        other = "--set" if name == "assignments" else f"--{name}"
        raise BadValue("level", number, f"one of --level and {other}", "leave one of them out")
    return levels.level(number)


def size_option(default: int, *, smallest: int = MIN_SIZE) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--size", type=click.IntRange(smallest, MAX_SIZE), default=default, show_default=True, help="Board side."
    )


def _rules(context: click.Context, parameter: click.Parameter, value: str) -> Ruleset:
    return parse_ruleset(value)


def _komi(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not (math.isfinite(value) and abs(value) <= MAX_KOMI and 2 * value == round(2 * value)):
        raise BadValue("--komi", value, f"{-MAX_KOMI:g} to {MAX_KOMI:g} in half points")
    return value


RULES_OPTION = click.option(
    "--rules", callback=_rules, default=DEFAULT.name, show_default=True, help=f"One of {', '.join(PRESETS)}."
)
KOMI_OPTION = click.option("--komi", type=float, callback=_komi, help="Points for White; what is usual with the rules.")


def new_game(size: int, rules: Ruleset, komi: float | None) -> Game:
    """An empty board; imports numba."""
    from tessera.rules.game import Game

    return Game(size, rules=rules, komi=komi)


def make_folder(folder: Path) -> None:
    """Create the folder games go to, before hours of work rather than after them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadValue("--out", str(folder), "a folder that can be made", error.strerror or str(error)) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadValue("--out", str(folder), "a folder that can be written")

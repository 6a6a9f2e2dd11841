"""What the commands that play games share: the options that choose an engine and a game, and their meaning."""

from __future__ import annotations

import functools
import math
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import click

from tessera.errors import BadValue
from tessera.interfaces.network import AUTO
from tessera.ranks.levels import LEVELS, SEARCHES, Wanted
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
    wanted: Wanted = Wanted()
    """A level, rank or Elo, in place of a player, its settings and visits."""

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

        strength = asdict(self.wanted) if self.wanted else {"player": self.player, "visits": visits}
        return load_player(
            self.checkpoint,
            seconds=seconds,
            evaluator=self.evaluator,
            device=self.device,
            seed=self.seed,
            threads=self.threads,
            size=size,
            manager=app.manager,
            tell=output.note,
            **strength,
        )


def engine_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options that arrive in the command as one `engine: EngineChoice`."""

    @functools.wraps(function)
    def wrapper(*args: Any, seed: int | None, ckpt: str | None, wanted: Wanted = Wanted(), **rest: Any) -> Any:
        names = ("player", "evaluator", "device", "threads")
        choice = EngineChoice(
            checkpoint=ckpt,
            seed=secrets.randbits(31) if seed is None else seed,
            wanted=wanted,
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
    """`--visits`, `--level`, `--rank` and `--elo`, of which a command sees `visits` and the engine they mean; above
    `engine_options`.

    With a default `level`, that is how the command plays unless visits or a player are given.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **rest: Any) -> Any:
            wanted = wanted_of(rest.pop("level"), rest.pop("rank"), rest.pop("elo"))
            if not wanted and level is not None and not _given("visits", "player"):
                wanted = Wanted(level=level)
            if wanted:
                rest |= {"player": wanted.player, "visits": wanted.visits, "wanted": wanted}
            return function(*args, **rest)

        option = click.option(
            "--visits",
            type=click.IntRange(1, MAX_VISITS),
            default=visits,
            show_default=level is None,
            help="Search per move.",
        )
        return option(strength_choice(wrapper, level=level))

    return decorate


def strength_choice(function: Callable[..., Any], *, level: int | None = None) -> Callable[..., Any]:
    """`--level`, `--rank` and `--elo`, which go to `wanted_of`."""
    shown = f"  [default: {level}]" if level else ""
    words = f"Strength 1 (for beginners) to {LEVELS} ({SEARCHES[-1]} visits), in place of --visits.{shown}"
    level_option = click.option("--level", type=int, help=words)
    rank_option = click.option("--rank", metavar="RANK", help="Strength as a rank, 20k to 5d, as far as it reaches.")
    elo_option = click.option("--elo", type=float, help="The same in Elo; GNU Go 3.8 at level 10 is 1800.")
    return level_option(rank_option(elo_option(function)))


def _given(*names: str) -> list[str]:
    """Those of the options that stand on the command line."""
    source = click.get_current_context().get_parameter_source
    return [name for name in names if source(name) is click.core.ParameterSource.COMMANDLINE]


def wanted_of(level: int | None, rank: str | None, elo: float | None) -> Wanted:
    """What the options mean; raises `BadValue` beside an option that says something else."""
    wanted = Wanted(level, rank, elo)
    if wanted:
        name, value = wanted.told
        for each in _given("visits", "player", "assignments"):
            other = "--set" if each == "assignments" else f"--{each}"
            raise BadValue(name, value, f"one of --{name} and {other}", "leave one of them out")
    return wanted


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

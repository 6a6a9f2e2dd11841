"""`tessera selfplay`: a network's games against itself, one SGF each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import click

from tessera.cli import output
from tessera.cli.funnel import INTERRUPTED
from tessera.cli.main import App
from tessera.cli.playing import (
    KOMI_OPTION,
    RULES_OPTION,
    EngineChoice,
    engine_options,
    make_folder,
    size_option,
    strength_options,
)
from tessera.rules.ruleset import Ruleset

STEM = "selfplay"
MAX_GAMES = 1_000_000


@dataclass(frozen=True)
class Saved:
    """One finished game."""

    path: str
    result: str
    moves: int
    seconds: float


@click.command("selfplay")
@click.option("--games", type=click.IntRange(1, MAX_GAMES), default=10, show_default=True, help="How many.")
@size_option(9)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("sgf"), show_default=True, help="Folder."
)
@strength_options(64)
@RULES_OPTION
@KOMI_OPTION
@click.option(
    "--temperature-moves",
    type=click.IntRange(0, 1000),
    help="Moves drawn at random in proportion to their visits, so that games differ; a 12th of the board without it.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(0.05, 10.0),
    default=1.0,
    show_default=True,
    help="Of those moves: higher is wilder.",
)
@click.option("--resign/--no-resign", default=False, show_default=True, help="Whether lost games are given up.")
@engine_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def command(
    app: App,
    engine: EngineChoice,
    games: int,
    size: int,
    out: Path,
    visits: int,
    rules: Ruleset,
    komi: float | None,
    temperature_moves: int | None,
    temperature: float,
    resign: bool,
    as_json: bool,
) -> int:
    """Play games against itself and write each as an SGF with rules, komi, network, seed and result.

    Files are numbered on from those in the folder. Ctrl-C keeps the games that are finished.

    \b
    Examples:
      tessera selfplay --games 100 --size 9 --out sgf/
      tessera selfplay --games 5 --size 19 --visits 200 --rules japanese --komi 6.5
      tessera selfplay --ckpt final.pth --seed 1 --json
    """
    from tessera import sgf
    from tessera.library.games import self_play
    from tessera.library.position import Position

    engine.check(app)
    make_folder(out)
    loaded = engine.open(app, size=size, visits=visits)
    run = self_play(
        loaded,
        games,
        Position(size, rules=rules, komi=komi),
        random_moves=temperature_moves,
        temperature=temperature,
        resign=resign,
    )
    saved: list[Saved] = []
    interrupted = False
    try:
        with output.progress(games, "games") as advance:
            for number, game in enumerate(run, 1):
                path = sgf.save_new(out, STEM, game.to_sgf(f"{loaded.describe()}; game {number} of the run"))
                saved.append(Saved(str(path), game.result, len(game.position.moves), round(game.seconds, 3)))
                advance(1)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        loaded.close()
    if as_json:
        games_as_json = [asdict(each) for each in saved]
        output.print_json({"out": str(out), "seed": engine.seed, "interrupted": interrupted, "games": games_as_json})
    elif saved:
        output.print_text(output.escape(summary(saved, out)))
    if interrupted:
        output.note(f"interrupted: {len(saved)} of {games} games are finished and saved in {out}")
    return INTERRUPTED if interrupted else 0


def summary(saved: list[Saved], folder: Path) -> str:
    """Who won how many, and how long the games were."""
    black = sum(each.result.startswith("B+") for each in saved)
    white = sum(each.result.startswith("W+") for each in saved)
    draws = len(saved) - black - white
    moves = sum(each.moves for each in saved) / len(saved)
    seconds = sum(each.seconds for each in saved)
    return (
        f"{len(saved)} games in {folder}: Black won {black}, White {white}, drawn {draws}; "
        f"{moves:.0f} moves and {seconds / len(saved):.1f} s each"
    )

"""`tessera demo`: a whole game to watch in the terminal, and how to go on from there."""

from __future__ import annotations

import sysconfig
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

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
    new_game,
    size_option,
    strength_options,
)
from tessera.errors import EngineError
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.ruleset import Ruleset

if TYPE_CHECKING:
    from tessera.cli.demo_shows import Show
    from tessera.match.game import Match, Side

STEM = "demo"
REDRAW_SECONDS = 0.12


@click.command("demo")
@size_option(9, smallest=5)
@click.option(
    "--opponent",
    type=click.Choice(["auto", "gnugo", "self"]),
    default="auto",
    show_default=True,
    help="auto is GnuGo where it is installed, else Tessera itself.",
)
@click.option("--color", type=click.Choice(["black", "white"]), default="black", show_default=True, help="Ours.")
@strength_options(200)
@click.option(
    "--seconds", type=click.FloatRange(0.01, 60.0), default=0.8, show_default=True, help="Most time for a move."
)
@click.option(
    "--delay", type=click.FloatRange(0.0, 10.0), default=0.3, show_default=True, help="Pause after a move, to look."
)
@RULES_OPTION
@KOMI_OPTION
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("sgf"), show_default=True, help="Folder."
)
@engine_options
@click.option("--json", "as_json", is_flag=True, help="No picture; print one JSON document at the end.")
@click.pass_obj
def command(
    app: App,
    engine: EngineChoice,
    size: int,
    opponent: str,
    color: str,
    visits: int,
    seconds: float,
    delay: float,
    rules: Ruleset,
    komi: float | None,
    out: Path,
    as_json: bool,
) -> int:
    """Watch a game: board, win rate and thinking, live; about a minute on 9x9.

    The game is saved as SGF, and the last lines say how to play against Tessera yourself in Sabaki or GoGui.
    Ctrl-C saves the moves so far.

    \b
    Examples:
      tessera demo                          against GnuGo where installed, else itself
      tessera demo --opponent self --visits 50 --delay 0
      tessera demo --size 13 --ckpt final.pth --color white
    """
    from tessera.cli.demo_shows import open_show
    from tessera.match.game import Match, Side

    engine.check(app)
    make_folder(out)
    start = time.monotonic()
    interrupted = False
    with ExitStack() as stack:
        loaded = engine.open(app, size=size, visits=visits, seconds=seconds)
        stack.callback(loaded.player.close)
        ours = Side(loaded.name, loaded.player, loaded.limits)
        theirs = _opponent(stack, opponent, rules, size, engine.seed) or ours
        sides = {BLACK: ours, WHITE: theirs} if color == "black" else {BLACK: theirs, WHITE: ours}
        match = Match(new_game(size, rules, komi), sides)
        comment = loaded.describe()
        try:
            with open_show(_title(match), size=size, silent=as_json) as show:
                _play(match, show, delay)
        except KeyboardInterrupt:
            interrupted = True
        except EngineError as error:
            path = _save(match, comment, out)
            raise EngineError(f"{error}; the {len(match.turns)} moves so far are in {path}") from error
        path = _save(match, comment, out)
    if as_json:
        output.print_json(_document(match, path, engine, time.monotonic() - start, interrupted=interrupted))
    elif not interrupted:
        _farewell(match, path, engine)
    if interrupted:
        output.note(f"interrupted: the {len(match.turns)} moves so far are in {path}")
    return INTERRUPTED if interrupted else 0


def gtp_command(checkpoint: str | None) -> list[str]:
    """Program and arguments of `tessera-gtp` as installed beside this Python, with paths that work anywhere."""
    program = Path(sysconfig.get_path("scripts")) / "tessera-gtp"
    if checkpoint is None:
        return [str(program)]
    url = checkpoint if "://" in checkpoint else str(Path(checkpoint).expanduser().absolute())
    return [str(program), "--ckpt", url]


def _opponent(stack: ExitStack, name: str, rules: Ruleset, size: int, seed: int) -> Side | None:
    """GnuGo's side, closed with the stack; None when Tessera plays itself."""
    from tessera.cli.opponents import open_gnugo
    from tessera.interfaces.player import Limits
    from tessera.match.game import Side

    if name == "self":
        return None
    player = open_gnugo(rules, size=size, seed=seed, required=name == "gnugo")
    if player is None:
        return None
    stack.callback(player.close)
    return Side(player.name, player, Limits())


def _title(match: Match) -> str:
    game = match.game
    return f"Tessera demo   {game.size}x{game.size}, {game.rules.name} rules, komi {game.komi:g}"


def _play(match: Match, show: Show, delay: float) -> None:
    """Play to the end; every move stays on the screen for `delay` seconds before the next is thought about."""
    while not match.is_over:
        show.thinking(match, None)
        turn = match.play(lambda analysis: show.thinking(match, analysis), interval=REDRAW_SECONDS)
        show.moved(match, turn)
        time.sleep(delay)
    match.count()
    show.ended(match)


def _save(match: Match, comment: str, folder: Path) -> Path:
    from tessera import sgf
    from tessera.cli.demo_view import black_lead, black_winrate

    notes = {}
    for number, turn in enumerate(match.turns):
        if turn.analysis is not None:
            share, lead = black_winrate(turn.analysis), black_lead(turn.analysis)
            words = f"Black {100 * share:.1f}%, {lead}, {turn.analysis.visits} visits"
            notes[number] = sgf.Annotation(winrate=share, comment=words)
    text = sgf.dumps(
        match.game,
        black=match.sides[BLACK].name,
        white=match.sides[WHITE].name,
        result=match.result,
        date=time.strftime("%Y-%m-%d"),
        comment="\n".join(filter(None, (comment, match.note))),
        annotations=notes,
    )
    return sgf.save_new(folder, STEM, text).absolute()


def _document(
    match: Match, path: Path, engine: EngineChoice, seconds: float, *, interrupted: bool
) -> dict[str, object]:
    from tessera.rules.coords import vertex

    return {
        "black": match.sides[BLACK].name,
        "white": match.sides[WHITE].name,
        "result": match.result,
        "note": match.note,
        "moves": [vertex(move.point, match.game.size) for move in match.game.moves],
        "sgf": str(path),
        "seconds": round(seconds, 2),
        "seed": engine.seed,
        "interrupted": interrupted,
        "gtp": gtp_command(engine.checkpoint),
    }


def _farewell(match: Match, path: Path, engine: EngineChoice) -> None:
    program, *arguments = gtp_command(engine.checkpoint)
    quoted = [f'"{word}"' if " " in word else word for word in (program, *arguments)]
    escape = output.escape
    print_text = output.print_text
    print_text(f"[bold]{escape(in_words(match))}[/bold]")
    print_text(f"Saved as {escape(str(path))}")
    print_text()
    print_text("Play against it yourself. Paste into")
    print_text("  [bold]Sabaki[/bold]  Engines > Manage Engines > Add")
    print_text(f"          Path       {escape(program)}")
    if arguments:
        print_text(f"          Arguments  {escape(' '.join(quoted[1:]))}")
    print_text("  [bold]GoGui[/bold]   Program > New Program")
    print_text(f"          Command    {escape(' '.join(quoted))}")


def in_words(match: Match) -> str:
    """'Black (Tessera search) wins by 3.5 points.'"""
    if match.result == "0":
        return "A draw."
    letter, _, how = match.result.partition("+")
    color, word = (BLACK, "Black") if letter == "B" else (WHITE, "White")
    means = {"R": "by resignation", "F": "by forfeit"}.get(how, f"by {how} points")
    note = f" ({match.note})" if match.note else ""
    return f"{word}, {match.sides[color].name}, wins {means}{note}."

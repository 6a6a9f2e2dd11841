"""`tessera play`: a person against the engine in the terminal, or a script in a pipe."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
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
from tessera.errors import BadValue, IllegalMove, SgfError
from tessera.ranks.levels import Wanted
from tessera.rules.coords import BLACK, COLOR_NAMES, WHITE, opponent, parse_vertex, vertex

if TYPE_CHECKING:
    from tessera.cli.play_table import PlayTable
    from tessera.interfaces.player import Player
    from tessera.library.players import LoadedPlayer
    from tessera.rules.game import Game
    from tessera.rules.ruleset import Ruleset

STEM = "play"
HANDICAP_KOMI = 0.5
"""What White usually gets in a handicap game: no more than the draw."""


@click.command("play")
@size_option(9)
@click.option("--color", type=click.Choice(["black", "white"]), default="black", show_default=True, help="Yours.")
@click.option("--handicap", type=int, default=0, help="Stones Black begins with, 2 or more.")
@strength_options(400, level=3)
@RULES_OPTION
@KOMI_OPTION
@click.option("--resign/--no-resign", default=True, show_default=True, help="Whether the engine gives up lost games.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("sgf"), show_default=True, help="Folder."
)
@engine_options
@click.pass_obj
def command(
    app: App,
    engine: EngineChoice,
    size: int,
    color: str,
    handicap: int,
    visits: int,
    rules: Ruleset,
    komi: float | None,
    resign: bool,
    out: Path,
) -> int:
    """Play against the engine, here in the terminal.

    Type a move such as D4, or pass, undo, hint, score, resign, save FILE, help, quit. Ctrl-C and the end of input
    end the game too; what has been played is saved as SGF. In a pipe each line is one command and nothing is
    asked; boards are drawn when a line says board.

    \b
    Examples:
      tessera play                                      9x9, you are Black, level 3
      tessera play --level 1 --size 13 --handicap 4     an easy game
      tessera play --rank 12k                           as strong as 12k
      tessera play --level 10 --color white --rules japanese --komi 6.5
      printf 'E5\\nC4\\nboard\\n' | tessera play --seed 1
    """
    from tessera.cli.play_table import PlayTable
    from tessera.match.game import Side

    game = _game(size, rules, komi, handicap)
    engine.check(app)
    make_folder(out)
    person = BLACK if color == "black" else WHITE
    with ExitStack() as stack:
        loaded = engine.open(app, size=size, visits=visits)
        stack.callback(loaded.player.close)
        side = Side(f"Tessera, {loaded.strength()}", loaded.player, loaded.limits)
        adviser = _Adviser(app, engine, loaded, size)
        stack.callback(adviser.close)
        table = PlayTable(game, person=person, engine=side, adviser=adviser.player, resigns=resign)
        evening = _Evening(table, loaded.describe(), out)
        try:
            evening.play()
        except KeyboardInterrupt:
            evening.leave()
            return INTERRUPTED
        evening.leave()
    return 0


def _game(size: int, rules: Ruleset, komi: float | None, handicap: int) -> Game:
    """An empty board, or one with handicap stones, whose komi is half a point unless it is given."""
    from tessera.gtp.handicap import free

    if handicap in (0, 1):
        return new_game(size, rules, komi)
    points = [parse_vertex(word, size) for word in free(size, handicap)] if handicap > 0 else []
    if len(points) != handicap:
        raise BadValue("--handicap", handicap, f"0 or 2 to {len(free(size, size * size))} on {size}x{size}")
    game = new_game(size, rules, HANDICAP_KOMI if komi is None else komi)
    game.set_handicap(points)
    return game


class _Adviser:
    """The player for hints and estimates: the one that plays if it searches, else one that does, loaded when asked."""

    def __init__(self, app: App, choice: EngineChoice, loaded: LoadedPlayer, size: int) -> None:
        self._app, self._choice, self._loaded, self._size = app, choice, loaded, size
        self._own: Player | None = None

    def player(self) -> Player:
        if self._choice.player != "policy":
            return self._loaded.player
        if self._own is None:
            choice = replace(self._choice, player="search", wanted=Wanted())
            self._own = choice.open(self._app, size=self._size).player
        return self._own

    def close(self) -> None:
        if self._own is not None:
            self._own.close()


class _Evening:
    """The conversation: lines in, boards and words out, and the file at the end."""

    def __init__(self, table: PlayTable, comment: str, out: Path) -> None:
        self._table, self._comment, self._out = table, comment, out
        self._asks = sys.stdin.isatty() and output.is_terminal()
        self._saved = 0
        """Turns in the newest file."""

    def play(self) -> None:
        """Until quit or the end of input."""
        from tessera.cli.play_words import understand

        self._greet()
        self._answer()
        for line in self._lines():
            try:
                said = understand(line)
                if said.word == "quit":
                    return
                self._do(said.word, said.argument)
            except (BadValue, IllegalMove, SgfError) as error:
                output.print_text(output.escape(str(error)))

    def leave(self) -> None:
        """Save what is not in a file yet, and say where it is."""
        turns = self._table.match.turns
        if turns and self._saved != len(turns):
            self._save("")
        elif not turns:
            output.print_text("No move was played, nothing is saved.")

    # ------------------------------------------------------------ one line

    def _do(self, word: str, argument: str) -> None:
        table = self._table
        if word == "move":
            table.play(parse_vertex(argument, table.game.size))
            self._answer()
        elif word == "pass":
            table.play(table.game.points)
            self._answer()
        elif word == "undo":
            count = table.undo()
            self._say(f"took back {count} {'move' if count == 1 else 'moves'}")
            self._redraw()
        elif word == "resign":
            table.resign()
            self._end()
        elif word == "hint":
            self._hint()
        elif word == "score":
            self._score()
        elif word == "board":
            self._draw()
        elif word == "save":
            if not argument:
                raise BadValue("save", "", "a file name", "save game.sgf")
            self._save(argument)
        elif word == "help":
            from tessera.cli.play_words import help_lines

            for line in help_lines(table.game.size):
                self._say(line)

    def _answer(self) -> None:
        """The engine's moves until it is the person's turn, and the end where they end the game."""
        table = self._table
        while not table.match.is_over and not table.is_persons_turn:
            turn = table.reply()
            if turn.point >= 0:
                name = COLOR_NAMES[turn.color].capitalize()
                word = vertex(turn.point, table.game.size)
                self._say(f"{name} passes" if word == "pass" else f"{name} {word}")
        if table.match.is_over:
            self._end()
        else:
            self._redraw()

    def _end(self) -> None:
        from tessera.cli.demo import in_words

        match = self._table.match
        result = match.count()
        if match.game.is_over and result[-1] not in "RF":
            self._score()
        else:
            self._redraw()
        self._say(f"{in_words(match)} (undo takes back, quit leaves)")

    def _hint(self) -> None:
        self._wait()
        analysis = self._table.hint()
        size = self._table.game.size
        for move in analysis.moves[:3]:
            line = " ".join(vertex(point, size) for point in move.pv[:8])
            self._say(f"{vertex(move.point, size):4} wins {100 * move.winrate:.0f}%, {move.score:+.1f} points: {line}")

    def _score(self) -> None:
        from tessera.cli.play_board import show_area
        from tessera.rules.scoring import format_margin

        table = self._table
        if not table.game.is_over:
            self._wait()
        estimate = table.estimate()
        lead = round(estimate.lead, 1)
        words = [f"Counted: {format_margin(lead)}" if table.game.is_over else f"Estimate: {format_margin(lead)}"]
        if table.game.is_over:
            dead = sorted(table.dead)
            if dead:
                words.append("dead: " + " ".join(vertex(point, table.game.size) for point in dead))
        else:
            words.append(f"Black wins {100 * estimate.winrate:.0f}% of the time")
        show_area(table, estimate.area, aside=words)

    # ------------------------------------------------------------ talking

    def _greet(self) -> None:
        table = self._table
        game = table.game
        stones = f", handicap {game.handicap}" if game.handicap else ""
        self._say(
            f"You are {COLOR_NAMES[table.person].capitalize()}, {table.match.sides[opponent(table.person)].name} is "
            f"{COLOR_NAMES[opponent(table.person)].capitalize()}; "
            f"{game.size}x{game.size}, {game.rules.name} rules, komi {game.komi:g}{stones}."
        )
        self._say("help lists what to type.")

    def _lines(self) -> Iterator[str]:
        """What the person types, until the end of input."""
        if self._asks:
            with contextlib.suppress(ImportError):
                import readline  # noqa: F401  arrow keys and history in input()
        # A foreign byte is a line that is not understood, not the end of the game.
        if hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(errors="replace")
        while True:
            try:
                line = input(self._prompt()) if self._asks else sys.stdin.readline()
            except EOFError:
                output.print_text()
                return
            if not line and not self._asks:
                return
            yield line

    def _prompt(self) -> str:
        table = self._table
        return "over> " if table.match.is_over else f"{COLOR_NAMES[table.person]} {len(table.game.moves) + 1}> "

    def _redraw(self) -> None:
        """The board after a change, where a person looks on."""
        if self._asks:
            self._draw()

    def _draw(self) -> None:
        from tessera.cli.play_board import show_board

        show_board(self._table)

    def _wait(self) -> None:
        """A person should know why nothing happens: the first hint also loads a player."""
        if self._asks:
            self._say("looking ahead ...")

    def _say(self, text: str) -> None:
        output.print_text(output.escape(text))

    def _save(self, name: str) -> None:
        """Write the game under a new name, or without one under the next free number."""
        from tessera import sgf

        match = self._table.match
        text = sgf.dumps(
            match.game,
            black=match.sides[BLACK].name,
            white=match.sides[WHITE].name,
            result="" if match.result == "?" else match.result,
            date=time.strftime("%Y-%m-%d"),
            comment=self._comment,
        )
        if name:
            path = Path(name).expanduser()
            if path.exists():
                raise BadValue("save", name, "a new file")
            sgf.save(path, text)
        else:
            path = sgf.save_new(self._out, STEM, text)
        self._saved = len(match.turns)
        self._say(f"Saved as {path.absolute()}")

"""`tessera analyze`: win rate, score and best lines of every position of a game, written into a copy of its SGF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tessera.cli import output
from tessera.cli.funnel import INTERRUPTED
from tessera.cli.main import App
from tessera.cli.playing import EngineChoice, engine_options, strength_options
from tessera.errors import BadValue

if TYPE_CHECKING:
    from tessera.cli.review import Mistake, Seen
    from tessera.interfaces.player import Player
    from tessera.rules.game import Move
    from tessera.sgf import Record, Step


@click.command("analyze")
@click.argument("game", type=click.Path(path_type=Path, dir_okay=False))
@strength_options(100)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The annotated SGF; GAME-analyzed.sgf without it."
)
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Also draw win rate and lead as an .svg.")
@click.option("--force", is_flag=True, help="Replace files that exist, GAME included.")
@click.option("--lines", type=click.IntRange(0, 10), default=2, show_default=True, help="Best lines per position.")
@click.option("--length", type=click.IntRange(1, 50), default=10, show_default=True, help="Moves of a best line.")
@click.option("--mistakes", type=click.IntRange(0, 100), default=10, show_default=True, help="Rows of the table.")
@engine_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def command(
    app: App,
    engine: EngineChoice,
    game: Path,
    visits: int,
    out: Path | None,
    plot: Path | None,
    force: bool,
    lines: int,
    length: int,
    mistakes: int,
    as_json: bool,
) -> int:
    """Analyse every position of the main line of GAME, an SGF file.

    Win rate and score (SBKV and SBKS, which Sabaki draws), a comment and best lines as variations go into a
    copy, bad, doubtful and surprising moves are marked (BM, DO, TE, IT), turning points too (HO), the better move
    gets the letter A, and the last position the territory. Everything else in the file stays. Running it again on
    the copy replaces what it wrote. All values are Black's. Ctrl-C writes what has been analysed.

    \b
    Examples:
      tessera analyze game.sgf                              writes game-analyzed.sgf
      tessera analyze game.sgf --visits 400 --plot game.svg
      tessera analyze game.sgf --out game.sgf --force       into the file itself
    """
    from tessera import sgf
    from tessera.cli import review
    from tessera.errors import SgfError

    engine.check(app)
    record = sgf.read(game)
    target = out or game.with_name(f"{game.stem}-analyzed.sgf")
    _check_targets(target, plot, force)
    played = _played(record, game)
    for note in record.notes:
        output.note(f"note: {note}")
    player = engine.open(app, size=record.size).player
    seen: list[Seen] = []
    interrupted = False
    try:
        _analyse(record, player, visits, played, seen)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        player.close()
    if not seen:
        output.note("interrupted: nothing is analysed yet, nothing is written")
        return INTERRUPTED
    worst = review.mistakes(seen, most=mistakes)
    unwritten: SgfError | None = None
    try:
        _write(record, seen, target, lines=lines, length=length)
        if plot is not None:
            _draw(record, seen, worst, plot)
    except SgfError as error:  # minutes of work are shown all the same
        unwritten = error
    if as_json:
        output.print_json(_document(record, seen, worst, game=game, target=target, lines=lines, length=length))
    else:
        _show(record, seen, worst, [] if unwritten else [target, *([plot] if plot else [])])
    if unwritten is not None:
        raise unwritten
    if interrupted:
        output.note(f"interrupted: {len(seen)} of {len(played)} positions are analysed and written")
    return INTERRUPTED if interrupted else 0


def _check_targets(target: Path, plot: Path | None, force: bool) -> None:
    """Refuse before minutes of work what could not be written after it."""
    if plot is not None and plot.suffix.lower() != ".svg":
        raise BadValue("--plot", str(plot), "a path that ends in .svg")
    for name, path in (("--out", target), ("--plot", plot)):
        if path is None:
            continue
        if path.exists() and not force:
            raise BadValue(name, str(path), "a new file", "--force replaces it")
        if not path.absolute().parent.is_dir():
            raise BadValue(name, str(path), "a file in a folder that exists")


def _positions(record: Record) -> Iterator[Step]:
    """Every position of the main line in which somebody has a move: not those after two passes."""
    return (step for step in record.steps() if not step.game.is_over)


def _played(record: Record, path: Path) -> list[Move | None]:
    """For every position, the move the game went on with; None at its end and before set-up stones.

    Plays the whole game, so that a bad file is found, and its notes are known, before the network is loaded.
    """
    from tessera.errors import SgfError

    try:
        steps = [(step.moves, step.game.moves[-1:], step.game.is_over) for step in record.steps()]
    except SgfError as error:
        raise SgfError(f"{path}: {error}") from None
    found: list[Move | None] = []
    for index, (moves, _, is_over) in enumerate(steps):
        following = steps[index + 1] if index + 1 < len(steps) else (moves, [], True)
        if not is_over:
            found.append(following[1][0] if following[0] == moves + 1 else None)
    return found


def _analyse(record: Record, player: Player, visits: int, played: list[Move | None], seen: list[Seen]) -> None:
    """Append to `seen` as positions are done, so that an interrupted run keeps them."""
    from tessera.cli.review import Seen
    from tessera.interfaces.player import Limits

    with output.progress(len(played), "positions") as advance:
        for step, move in zip(_positions(record), played, strict=True):
            analysis = player.analyze(step.game, step.game.to_play, Limits(visits=visits))
            seen.append(Seen(moves=step.moves, analysis=analysis, played=move))
            advance(1)


def _write(record: Record, seen: list[Seen], target: Path, *, lines: int, length: int) -> None:
    from tessera import sgf
    from tessera.cli.review import annotation, closing, joined, owned, remark
    from tessera.rules.endgame import judge
    from tessera.rules.scoring import score

    *_, last = record.steps()
    nodes = [step.node for step in _positions(record)]
    complete = len(seen) == len(nodes)
    stones = last.game.stones.tolist()
    if last.game.is_over:
        end = closing(stones, score(last.game, judge(last.game).dead_points).owner.tolist())
        sgf.annotate(last.node, end, size=record.size)
    for index, (node, each) in enumerate(zip(nodes, seen, strict=False)):
        values = annotation(each, lines=lines, length=length)
        judged = remark(seen[index - 1], each) if index else sgf.Annotation()
        ends = node is last.node and complete
        end = closing(stones, owned(each.analysis)) if ends else sgf.Annotation()
        sgf.annotate(node, joined(values, judged, end), size=record.size)
    sgf.save(target, sgf.serialise(record.tree))


def _draw(record: Record, seen: list[Seen], worst: list[Mistake], path: Path) -> None:
    from tessera import sgf
    from tessera.cli.review import in_words
    from tessera.cli.winrate_plot import Mark, as_svg

    places = {each.moves: index for index, each in enumerate(seen)}
    svg = as_svg(
        [each.winrate for each in seen],
        [each.score for each in seen],
        black=record.black or "Black",
        white=record.white or "White",
        marks=[Mark(places[each.move], f"{each.played}, {in_words(each)}") for each in worst],
    )
    sgf.save(path, svg)


def _document(
    record: Record, seen: list[Seen], worst: list[Mistake], *, game: Path, target: Path, lines: int, length: int
) -> dict[str, object]:
    from tessera.cli.review import as_json

    return {
        "file": str(game),
        "out": str(target),
        "size": record.size,
        "rules": record.rules.name,
        "komi": record.komi,
        "black": record.black,
        "white": record.white,
        "result": record.result,
        "notes": record.notes,
        "positions": [as_json(each, lines=lines, length=length) for each in seen],
        "mistakes": [asdict(mistake) for mistake in worst],
    }


def _show(record: Record, seen: list[Seen], worst: list[Mistake], written: list[Path]) -> None:
    from tessera.cli.winrate_plot import as_lead_text, as_text

    names = f"{record.black or 'Black'} (Black) – {record.white or 'White'} (White)"
    output.print_text(f"[bold]{output.escape(names)}[/bold]  {output.escape(record.result)}")
    output.print_text("Black's win rate, by move")
    for line in as_text([each.winrate for each in seen]):
        output.print_text(output.escape(line))
    output.print_text("Black's lead in points, by move")
    for line in as_lead_text([each.score for each in seen]):
        output.print_text(output.escape(line))
    output.print_text()
    if worst:
        rows = [
            (
                each.move,
                each.color,
                each.played,
                each.verdict,
                each.best,
                _percent(each.before),
                _percent(each.after),
                f"{each.points:.1f}",
            )
            for each in worst
        ]
        columns = ("move", "color", "played", "is", "better", "before", "after", "points lost")
        output.print_table(columns, rows, title="Biggest mistakes, win rates of the side that moved")
    else:
        output.print_text("No move lost a notable share of the win rate, or notable points.")
    output.print_text()
    if written:
        output.print_text(output.escape(f"written: {' and '.join(map(str, written))}"))


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"

"""`tessera calibrate`: measure which temperature of a network's policy plays at which Elo."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

import tessera
from tessera.cli import output
from tessera.cli.funnel import INTERRUPTED
from tessera.cli.main import App
from tessera.errors import BadValue
from tessera.rules.coords import MAX_SIZE, MIN_SIZE

if TYPE_CHECKING:
    from tessera.league.run import Listener, Progress
    from tessera.ranks.table import Ladder


@click.command("calibrate")
@click.argument("ckpt", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--size", "sizes", type=click.IntRange(MIN_SIZE, MAX_SIZE), multiple=True, default=(9,), help="Board side; repeat."
)
@click.option(
    "--games", type=click.IntRange(2, 100_000), default=300, show_default=True, help="For each pair of rungs."
)
@click.option(
    "--anchor-games",
    type=click.IntRange(0, 10_000),
    default=48,
    show_default=True,
    help="For GNU Go at each of two levels; 0: Elo above uniform play, without GNU Go.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the games; CKPT's name with .calibration.",
)
@click.option("--concurrency", type=click.IntRange(1, 64), default=1, show_default=True, help="Games against GNU Go.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Repeats a calibration.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as one JSON document.")
@click.pass_obj
def command(
    app: App,
    ckpt: Path,
    sizes: tuple[int, ...],
    games: int,
    anchor_games: int,
    out: Path | None,
    concurrency: int,
    seed: int,
    as_json: bool,
) -> int:
    """Measure how strongly CKPT plays by its policy alone at which temperature, in leagues, and keep the table.

    The table goes into CKPT and beside it (CKPT's name with .ranks.json); tessera-gtp --rank and --elo read it. Boards
    that were measured before stay in it. After Ctrl-C the same command goes on where it was, and more --games later
    make the intervals narrower. docs/levels.md says how it is done, and what a rank is.

    \b
    Examples:
      tessera calibrate final.pth                            9x9, half an hour on two cores
      tessera calibrate final.pth --size 13 --size 19 --games 60
      tessera calibrate final.pth --anchor-games 0           without GNU Go: Elo above uniform play
    """
    from tessera.calibration.plan import CalibrationSettings
    from tessera.calibration.run import calibrate
    from tessera.checkpoints import read_manifest
    from tessera.checkpoints.rank_table import keep_table, old_table, with_ladders
    from tessera.ranks.table import RankTable

    manifest = read_manifest(ckpt, app.manager)
    folder = out or ckpt.with_name(ckpt.name.split(".", 1)[0] + ".calibration")
    if folder.is_file():
        raise BadValue("--out", str(folder), "a folder")
    table, kept = old_table(ckpt, app.manager), list[Path]()
    try:
        for size in dict.fromkeys(sizes):
            settings = CalibrationSettings(
                size=size, games=games, anchor_games=anchor_games, concurrency=concurrency, seed=seed
            )
            ladder, _ = calibrate(ckpt.absolute(), folder / f"{size}x{size}", settings, app.manager, _watch)
            made = f"{time.strftime('%Y-%m-%d', time.gmtime())} by tessera {tessera.__version__}"
            table = with_ladders(table, RankTable(manifest.digest, (ladder,), made))
            kept = keep_table(ckpt, table, app.manager)
            if not as_json:
                show(ladder)
    except KeyboardInterrupt:
        output.note(f"stopped; the games so far are in {folder}, and the same command goes on")
        return INTERRUPTED
    assert table is not None, "one size at least"
    if as_json:
        output.print_json({"files": [str(path) for path in kept], **asdict(table)})
    else:
        output.print_text(output.escape(f"kept in {' and '.join(map(str, kept))}; games in {folder}"))
    return 0


def show(ladder: Ladder) -> None:
    """The ladder as a table, strongest first."""
    from tessera.ranks.scale import rank_of_elo

    rows = [
        (
            rank_of_elo(rung.elo),
            f"{rung.elo:.0f}",
            f"{rung.low:.0f} to {rung.high:.0f}",
            f"{rung.temperature:g}",
            f"{rung.step:.0f} ({rung.step_low:.0f} to {rung.step_high:.0f})" if place else "",
            rung.games,
        )
        for place, rung in reversed(list(enumerate(ladder.rungs)))
    ]
    columns = ("rank", "Elo", "95%", "temperature", "above the next, by games alone", "games")
    title = (
        f"{ladder.size}x{ladder.size}: {ladder.games:,} games, {ladder.anchor}, {ladder.rules}, komi {ladder.komi:g}"
    )
    output.print_table(columns, rows, title=title)


@contextmanager
def _watch(title: str, total: int) -> Iterator[Listener]:
    """A bar on a terminal, a line for each league elsewhere; who makes a game void is told at once."""
    from tessera.cli.league.view import warnings

    output.note(f"{title}: {total:,} games")
    with output.progress(total, title) as advance:
        done = 0

        def hear(progress: Progress) -> None:
            nonlocal done
            for text in warnings(progress.record, progress.stopped):
                output.note(text)
            advance(progress.finished - done)
            done = progress.finished

        yield hear

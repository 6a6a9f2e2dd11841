"""`tessera league run`: play what is left of a league."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from tessera.cli import output
from tessera.cli.funnel import INTERRUPTED
from tessera.cli.league import places, standings
from tessera.cli.league.view import LeagueView, warnings
from tessera.cli.main import App
from tessera.errors import BadValue

if TYPE_CHECKING:
    from tessera.league.config import LeagueConfig
    from tessera.league.run import League, Listener, Progress

TERMINATED = 143
TICK_SECONDS = 1.0
"""Between two drawings when no game ends."""
LINE_SECONDS = 10.0
"""Between two lines in a log."""


class _Terminated(KeyboardInterrupt):
    """SIGTERM, taken as Ctrl-C is: everything on the way out is closed."""


@click.command("run")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder of the league; FILE's name without .toml."
)
@click.option("--retry", is_flag=True, help="Give players another chance who were stopped in an earlier run.")
@click.option("--json", "as_json", is_flag=True, help="Print the standing as one JSON document.")
@click.pass_obj
def command(app: App, file: Path, out: Path | None, retry: bool, as_json: bool) -> int:
    """Play a league, or go on with it, and show the standing.

    FILE describes it (tessera league init writes one). Every game is on disk before the next one counts: after
    Ctrl-C, a kill or a power cut the same command goes on where it was. Players may be added to FILE and games
    made more; what was played stays. On a terminal the standing, the games being played and the time left are
    shown live, elsewhere as a line now and then.

    \b
    Examples:
      tessera league run league.toml
      tessera league run league.toml --out leagues/monday --json
    """
    from tessera.league.config import read_league

    return play(app, read_league(file), out or _folder_of(file), retry=retry, as_json=as_json)


def play(app: App, config: LeagueConfig, path: Path, *, retry: bool, as_json: bool) -> int:
    """Play what is left of a league in the folder `path`, show it, and return the exit code."""
    from tessera.league.folder import LeagueFolder
    from tessera.league.run import League

    folder = LeagueFolder(path)
    league = League(config, folder, app.manager)
    try:
        with _terminable(), _watching(league, f"tessera league  {config.title}", live=not as_json) as listener:
            outcome = league.run(listener, retry=retry)
    except KeyboardInterrupt as stopped:
        output.note(f"stopped; the games so far are in {folder.path}, and the same command goes on")
        return TERMINATED if isinstance(stopped, _Terminated) else INTERRUPTED
    if as_json:
        output.print_json(places.as_dict(folder.path, outcome.planned, outcome.stopped, outcome.summary, outcome.trial))
    else:
        standings.show(outcome.summary, planned=outcome.planned, stopped=outcome.stopped, trial=outcome.trial)
        shown = output.escape(str(folder.path))
        output.print_text(f"games in {shown}; the page: tessera league report {shown}")
    return 0


def _folder_of(file: Path) -> Path:
    if not file.suffix:
        raise BadValue("FILE", str(file), "a name ending in .toml, without which it names the folder", "or give --out")
    return file.with_suffix("")


@contextmanager
def _watching(league: League, title: str, *, live: bool) -> Iterator[Listener]:
    """Yields who listens to the league: a picture on a terminal, lines on stderr now and then elsewhere."""
    view = LeagueView(lambda: league.now)
    if not (live and output.is_terminal() and output.can_redraw()):
        yield _lines(view)
        return
    with output.live_rows(title) as show, _ticking(lambda: show(view.rows())) as redraw:

        def hear(progress: Progress) -> None:
            view.feed(progress)
            redraw()

        yield hear


@contextmanager
def _ticking(draw: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Draws every second, for games may be long; yields what draws at once. One thread draws at a time."""
    lock, ended = threading.Lock(), threading.Event()

    def redraw() -> None:
        with lock:
            draw()

    def tick() -> None:
        while not ended.wait(TICK_SECONDS):
            redraw()

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield redraw
    finally:
        ended.set()
        ticker.join()


def _lines(view: LeagueView) -> Listener:
    """Says what must not pass unseen, and every now and then how far the league is."""
    said = time.monotonic()

    def hear(progress: Progress) -> None:
        nonlocal said
        for text in warnings(progress.record, progress.stopped):
            output.note(text)
        view.feed(progress)
        if time.monotonic() - said >= LINE_SECONDS:
            said = time.monotonic()
            output.note(view.line())

    return hear


@contextmanager
def _terminable() -> Iterator[None]:
    def end(number: int, frame: FrameType | None) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

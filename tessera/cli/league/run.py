"""`tessera league run`: play what is left of a league."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from tessera.cli import output
from tessera.cli.funnel import INTERRUPTED
from tessera.cli.league import places, standings
from tessera.cli.main import App
from tessera.errors import BadValue
from tessera.interfaces.arbiter import VOID

if TYPE_CHECKING:
    from tessera.league.run import Listener, Progress

TERMINATED = 143


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
    made more; what was played stays.

    \b
    Examples:
      tessera league run league.toml
      tessera league run league.toml --out leagues/monday --json
    """
    from tessera.league.config import read_league
    from tessera.league.folder import LeagueFolder
    from tessera.league.run import League
    from tessera.league.schedule import total

    config = read_league(file)
    folder = LeagueFolder(out or _folder_of(file))
    league = League(config, folder, app.manager)
    try:
        with output.progress(total(config), "games") as advance, _terminable():
            outcome = league.run(_listener(advance), retry=retry)
    except KeyboardInterrupt as stopped:
        output.note(f"stopped; the games so far are in {folder.path}, and the same command goes on")
        return TERMINATED if isinstance(stopped, _Terminated) else INTERRUPTED
    if as_json:
        output.print_json(places.as_dict(folder.path, outcome.planned, outcome.stopped, outcome.summary))
    else:
        standings.show(outcome.summary, planned=outcome.planned, stopped=outcome.stopped)
        shown = output.escape(str(folder.path))
        output.print_text(f"games in {shown}; the page: tessera league report {shown}")
    return 0


def _folder_of(file: Path) -> Path:
    if not file.suffix:
        raise BadValue("FILE", str(file), "a name ending in .toml, without which it names the folder", "or give --out")
    return file.with_suffix("")


def _listener(advance: Callable[[int], None]) -> Listener:
    """Moves the bar, and says what must not pass unseen."""
    finished = 0

    def hear(progress: Progress) -> None:
        nonlocal finished
        advance(progress.finished - finished)
        finished = progress.finished
        record = progress.record
        if record is not None and record.result == VOID:
            output.note(f"game {record.number} is void by {record.culprit}: {record.note}")
        if progress.stopped:
            output.note(f"{progress.stopped} is stopped, for a game was void twice; --retry tries again")

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

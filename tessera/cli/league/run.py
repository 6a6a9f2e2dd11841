"""`tessera league run`: play what is left of a league."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from tessera.cli import output
from tessera.cli.funnel import INTERRUPTED
from tessera.cli.league import standings
from tessera.cli.main import App

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
    """Play the league FILE describes, and show the standing.

    Every game is on disk before the next one counts: after Ctrl-C, a kill or a power cut the same command goes on
    where it was. Players may be added to FILE and games made more; what was played stays.

    \b
    Examples:
      tessera league run league.toml
      tessera league run league.toml --out leagues/monday --json
    """
    from tessera.league.config import read_league
    from tessera.league.folder import LeagueFolder
    from tessera.league.run import League, Progress
    from tessera.league.schedule import total

    config = read_league(file)
    folder = LeagueFolder(out or file.with_suffix(""))
    league = League(config, folder, app.manager)
    bar = 0

    def hear(progress: Progress) -> None:
        nonlocal bar
        advance(progress.finished - bar)
        bar = progress.finished
        record = progress.record
        if record.culprit:
            output.note(f"game {record.number} is void: {record.culprit}: {record.note}")
        if progress.stopped:
            output.note(f"{progress.stopped} is stopped after two void games; --retry tries again")

    try:
        with output.progress(total(config), "games") as advance, _terminable():
            summary = league.run(hear, retry=retry)
    except KeyboardInterrupt as stopped:
        output.note(f"stopped; the games so far are in {folder.path}, and the same command goes on")
        return TERMINATED if isinstance(stopped, _Terminated) else INTERRUPTED
    if as_json:
        output.print_json({"folder": str(folder.path), **summary.as_dict()})
    else:
        standings.show(summary)
        output.print_text(f"games in {output.escape(str(folder.path))}; tessera league report makes the page")
    return 0


@contextmanager
def _terminable() -> Iterator[None]:
    def end(number: int, frame: FrameType | None) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

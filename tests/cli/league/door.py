"""`tessera league` through the door a user takes, with an arbiter that makes the games up."""

from __future__ import annotations

from pathlib import Path

from tessera.cli.funnel import guarded
from tessera.cli.main import App, cli
from tests.league.fakes import Script, manager_of

LEAGUE = """
title = "First [league]"
size = 5
komi = 0.5
games = 4
openings = { moves = 2 }
anchors = { "a [1]" = 1800 }
[[players]]
name = "a [1]"
player = "random"
[[players]]
name = "b"
player = "random"
[[players]]
name = "c"
player = "random"
"""


def tessera(*words: object, script: Script | None = None) -> int:
    """The exit code of `tessera league WORDS`; what it prints is pytest's to capture."""
    app = App()
    app._manager = manager_of(script or Script())
    arguments = ["league", *map(str, words)]
    return guarded("tessera", lambda: cli.main(arguments, prog_name="tessera", obj=app, standalone_mode=False))


def written(folder: Path, text: str = LEAGUE) -> Path:
    """A league's file."""
    path = folder / "league.toml"
    path.write_text(text)
    return path


def broken(name: str) -> Script:
    """Every game of this player is void."""
    return Script(culprit=lambda task: name * (name in (task.black, task.white)))

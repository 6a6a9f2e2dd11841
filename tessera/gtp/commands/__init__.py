"""Every command of the engine, by family; plugins add theirs through `tessera_register_gtp_commands`.

Start reading at `play` (genmove) and `table` (the form of a table). `admin`, `setup`, `time`, `sgf`, `score`: the
protocol's own; `analyze`, `kata`: KataGo's and Lizzie's; `gogui`, `views`: what GoGui asks and draws.
"""

from __future__ import annotations

from tessera.gtp.commands import admin, analyze, gogui, kata, play, score, setup, sgf, time, views
from tessera.gtp.commands.table import Command, CommandTable

TABLES: tuple[CommandTable, ...] = (
    admin.table,
    setup.table,
    play.table,
    time.table,
    score.table,
    sgf.table,
    analyze.table,
    kata.table,
    gogui.table,
    views.table,
)


def builtin_commands() -> dict[str, Command]:
    """name -> command, over all families."""
    return {name: command for table in TABLES for name, command in table.commands.items()}

"""`tessera league init`: a file to start from."""

from __future__ import annotations

from pathlib import Path

import click

from tessera.cli import output
from tessera.errors import BadValue
from tessera.league.example import EXAMPLE


@click.command("init")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), default=Path("league.toml"))
def command(path: Path) -> None:
    """Write a file to start from to PATH (league.toml).

    An existing file is left alone.

    \b
    Examples:
      tessera league init
      tessera league init monday.toml
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(EXAMPLE)
    except OSError as error:
        raise BadValue("PATH", str(path), "a new file in a folder that can be written", error.strerror or "") from None
    output.print_text(f"wrote {output.escape(str(path))}; play it with: tessera league run {output.escape(str(path))}")

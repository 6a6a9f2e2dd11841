"""Everything the terminal shows but boards. Only this module and `board_output` import rich.

stdout carries results (tables, JSON, boards); stderr carries progress and notes, so that a command's output
can be piped. Colour, width and NO_COLOR are rich's business.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group
from rich.constrain import Constrain
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

__all__ = [
    "can_redraw",
    "escape",
    "is_terminal",
    "live_rows",
    "note",
    "print_json",
    "print_pairs",
    "print_table",
    "print_text",
    "progress",
]

SLOW_SECONDS = 2.0
"""Work that takes longer than this shows a progress bar."""


PIPE_WIDTH = 200
"""Columns of a table that does not go to a terminal."""


def is_terminal() -> bool:
    """Whether stdout is a terminal a live display can draw on."""
    return Console().is_terminal


def _stdout() -> Console:
    return Console(highlight=False, width=None if is_terminal() else PIPE_WIDTH)


def print_text(markup: str = "") -> None:
    """A line of rich markup on stdout; put foreign text through `escape` first."""
    Console(highlight=False, soft_wrap=True).print(markup)


def print_json(value: Any) -> None:
    """`value` as one indented JSON document on stdout, never coloured; in ASCII where stdout is not Unicode."""
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=plain, allow_nan=False, default=str) + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
    """A table of plain values on stdout; cells are not read as markup."""
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    _stdout().print(table)


def print_pairs(pairs: Mapping[str, object]) -> None:
    """Names and values below each other on stdout."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs.items():
        table.add_row(Text(name), Text(str(value)))
    _stdout().print(table)


def note(text: str) -> None:
    """A plain line on stderr."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(text))


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal's stderr when the work takes more than two seconds; yields `advance(steps)`."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(label, total=total)
    timer = threading.Timer(SLOW_SECONDS, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda steps: bar.advance(task, steps)
    finally:
        timer.cancel()
        timer.join()
        if bar.live.is_started:
            bar.stop()


def can_redraw() -> bool:
    """Whether stderr is a terminal on which `live_rows` can work."""
    console = Console(stderr=True)
    return console.is_terminal and not console.is_dumb_terminal


@contextmanager
def live_rows(title: str) -> Iterator[Callable[[Sequence[tuple[str, str, bool]]], None]]:
    """Rows on stderr that are redrawn in place; yields `show(rows)`, a row being (label, text, is it a warning).

    Equal labels below each other are written once. Text is wrapped; what the terminal has no lines for is left out
    at the end. The last picture stays.
    """
    console = Console(stderr=True, highlight=False)
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as display:
        # A Ctrl-C echoes as ^C behind the last line; at the edge it would wrap and leave the picture a line too low.
        yield lambda rows: display.update(Constrain(_picture(title, rows), console.width - 3), refresh=True)


def _picture(title: str, rows: Sequence[tuple[str, str, bool]]) -> Group:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    above = ""
    for label, text, warning in rows:
        table.add_row(label if label != above else "", Text(text, style="yellow" if warning else ""))
        above = label
    return Group(Text(title, style="bold", no_wrap=True, overflow="ellipsis"), table)

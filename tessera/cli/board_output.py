"""Pictures of a game on a terminal, for `demo` and `play`. With `output` the only module that imports rich.

Everything fits into 80 columns and, for boards up to 13x13, 24 lines; a wider terminal gives longer lines of
thought, a taller one more moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tessera.cli.demo_view import View
from tessera.rules.coords import BLACK, EMPTY, LETTERS

WOOD = "on #d9a85f"
INK = "#7a5522"
STONES = {1: "#101010", 2: "#fdfdfb"}
LAST = "on #c8452f"
GHOSTS = {1: "#3b2a10", 2: "#fff3d6"}
GREY, CREAM, AMBER = "#6e6e6e", "#f0ece2", "#d9a85f"
SPARKS = "▁▂▃▄▅▆▇█"
WIDEST = 120
"""Columns beyond this are left free: long lines are hard to follow."""


def can_draw(size: int) -> bool:
    """Whether stdout is a terminal that can be redrawn in place and has room for a board of this side."""
    console = Console()
    room = console.width >= 2 * size + 27 and console.height >= size + 5
    return console.is_terminal and not console.is_dumb_terminal and room


@contextmanager
def board_screen() -> Iterator[Callable[[View], None]]:
    """A picture on stdout that is redrawn in place; yields `show(view)`. The last picture stays."""
    console = Console(highlight=False)
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as display:
        yield lambda view: display.update(draw(view, console), refresh=True)


def print_position(view: View, aside: Sequence[str] = (), *, area: Sequence[int] = ()) -> None:
    """One picture for the scroll: the board with the players and some lines beside it, or below where it is narrow.

    `area` [P] is the owner of every point, EMPTY where it is open; without it none is shown.
    """
    console = Console(highlight=False)
    colored = console.color_system is not None and not console.no_color
    board_width = 2 * view.size + 7
    beside = console.width - board_width - 1
    lines = [Text(line) for line in aside]
    board = Panel(_board(view, colored, area), box=box.ROUNDED, border_style="dim", padding=(0, 0), expand=False)
    if beside < 24:
        console.print(Group(board, *_players(view, console.width - 1, colored), *lines))
        return
    panes = Table.grid(padding=(0, 1))
    panes.add_column(no_wrap=True)
    panes.add_column(width=min(beside, 60))
    panes.add_row(board, Padding(Group(*_players(view, min(beside, 60), colored), Text(), *lines), (1, 0, 0, 1)))
    console.print(panes)


def draw(view: View, console: Console) -> RenderableType:
    """The whole picture for this terminal's width, height and colours."""
    colored = console.color_system is not None and not console.no_color
    width = min(console.width, WIDEST) - 1
    board = Panel(_board(view, colored), box=box.ROUNDED, border_style="dim", padding=(0, 0), expand=False)
    board_width = 2 * view.size + 7
    panes = Table.grid(padding=(0, 1))
    panes.add_column(no_wrap=True)
    panes.add_column(width=max(20, width - board_width - 1))
    panes.add_row(board, _thinking(view, max(20, width - board_width - 1), colored))
    height = view.size + 4
    title = Text(view.title, style="bold", no_wrap=True, overflow="ellipsis")
    rows: list[RenderableType] = [title, panes] if console.height > height + 1 else [panes]
    left = console.height - height - len(rows) - 1
    if left > 0:
        rows.append(_moves(view, width, min(left, 4), colored))
    return Group(*rows)


def _board(view: View, colored: bool, area: Sequence[int] = ()) -> Text:
    size = view.size
    letters = "    " + " ".join(LETTERS[:size]) + "    "
    text = Text(f"{letters}\n")
    ghosts = {point: (str(rank + 1), color) for rank, (point, color) in enumerate(view.ghosts)}
    for row in range(size):
        text.append(f"{size - row:2} ")
        text.append(" ", WOOD if colored else "")
        for point in range(row * size, row * size + size):
            if area and area[point] not in (EMPTY, view.stones[point]):
                _owned(text, area[point], is_stone=view.stones[point] != EMPTY, colored=colored)
            else:
                _cell(text, view, point, ghosts, colored)
            text.append("─" if point % size < size - 1 else " ", f"{INK} {WOOD}" if colored else "")
        text.append(f" {size - row:<2}\n")
    return text.append(letters)


def _cell(text: Text, view: View, point: int, ghosts: dict[int, tuple[str, int]], colored: bool) -> None:
    stone = view.stones[point]
    if stone != EMPTY:
        glyph = "●" if colored else "XO"[stone - 1]
        style = f"bold {STONES[stone]} {LAST if point == view.last else WOOD}"
        text.append(glyph, style if colored else ("reverse" if point == view.last else ""))
    elif point in ghosts:
        digit, color = ghosts[point]
        text.append(digit, f"bold {GHOSTS[color]} {WOOD}" if colored else "")
    else:
        text.append(_crossing(point, view.size), f"{INK} {WOOD}" if colored else "")


def _owned(text: Text, owner: int, *, is_stone: bool, colored: bool) -> None:
    """A point of somebody's area, or a dead stone on it."""
    if colored:
        text.append("×" if is_stone else "▪", f"bold {STONES[owner]} {WOOD}")
    else:
        text.append("xo"[owner - 1])


def _crossing(point: int, size: int) -> str:
    row, column = divmod(point, size)
    if _is_star(row, size) and _is_star(column, size):
        return "╋"
    across = 0 if column == 0 else 2 if column == size - 1 else 1
    return ("┌┬┐", "├┼┤", "└┴┘")[0 if row == 0 else 2 if row == size - 1 else 1][across]


def _is_star(line: int, size: int) -> bool:
    edge = 3 if size >= 13 else 2
    return size >= 7 and (line in (edge, size - 1 - edge) or (size % 2 == 1 and line == size // 2))


def _thinking(view: View, width: int, colored: bool) -> RenderableType:
    parts: list[RenderableType] = [*_players(view, width, colored), Text()]
    parts += [_balance(view, width, colored), _history(view, width, colored), Text()]
    parts.append(Text(view.heading, style="bold", no_wrap=True, overflow="ellipsis"))
    if view.candidates:
        parts += _candidates(view, width)
    return Padding(Group(*parts), (1, 0, 0, 1))


def _players(view: View, width: int, colored: bool) -> list[Text]:
    rows = []
    for index, (name, captured) in enumerate(zip(view.names, view.captured, strict=True)):
        mark = ("●" if index == 0 else "○") if not colored else "●"
        style = f"bold {STONES[index + 1]} {WOOD}" if colored else "bold"
        row = Text.assemble((f" {mark} " if colored else f"{'XO'[index]} ", style), " ")
        tail = f"  {captured} taken"
        room = max(8, width - 6 - len(tail))
        row.append(name if len(name) <= room else f"{name[: room - 1]}…", "bold" if view.to_play == index + 1 else "")
        row.append(tail, "dim")
        rows.append(row)
    return rows


def _balance(view: View, width: int, colored: bool) -> Text:
    """The win rate as a bar: Black's share from the left."""
    if view.winrate is None:
        return Text("Black's win rate: nobody has thought yet", style="dim", no_wrap=True, overflow="ellipsis")
    label = f" {100 * view.winrate:5.1f}%  {view.lead}"
    cells = max(10, width - len(label) - 10)
    black = round(view.winrate * cells)
    bar = Text("Black ")
    bar.append("█" * black, GREY if colored else "")
    bar.append("█" * (cells - black) if colored else "░" * (cells - black), CREAM if colored else "")
    return bar.append(label, "bold")


def _history(view: View, width: int, colored: bool) -> Text:
    """The win rate so far as small columns, newest at the right."""
    line = Text("so far ", style="dim", no_wrap=True, overflow="crop")
    for rate in view.history[-(width - 8) :]:
        line.append(SPARKS[min(7, int(8 * rate))], f"not dim {AMBER}" if colored else "")
    return line


def _candidates(view: View, width: int) -> list[Text]:
    """The best moves as rows of columns; a narrow panel shows win rates and lines only."""
    wide = width >= 46
    head = f"{'move':4} {'visits':>6} " if wide else ""
    rows = [Text(f"{head}{'win':>6} {'score' if wide else '':>{6 if wide else 0}}  line", style="dim")]
    for rank, each in enumerate(view.candidates):
        head = f"{each.move:4} {each.visits:6} " if wide else ""
        row = f"{head}{each.winrate:>6} {each.score if wide else '':>{6 if wide else 0}}  "
        rows.append(Text(row + _fitting(each.line, width - len(row) - 2), style="bold" if rank == 0 else ""))
    return rows


def _fitting(line: str, width: int) -> str:
    """As many whole moves of a line as fit."""
    return line if len(line) <= width else line[: width + 1].rpartition(" ")[0]


def _moves(view: View, width: int, lines: int, colored: bool) -> Text:
    """The latest moves that fit, numbered."""
    rows: list[Text] = [Text()]
    for number, (color, name) in enumerate(view.moves, start=1):
        word = Text(f"{number}", style="dim")
        word.append(f".{name}  ", "not dim bold" if color == BLACK else "not dim")
        if rows[-1].cell_len + word.cell_len > width:
            rows.append(Text())
        rows[-1].append_text(word)
    return Text("\n").join(rows[-lines:])

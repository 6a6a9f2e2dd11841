"""Three ways to follow the demo: a live picture, lines for a pipe or a log, and silence for --json."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from tessera.cli import output
from tessera.cli.demo_view import View, describe, look
from tessera.gtp.board_text import draw
from tessera.interfaces.analysis import Analysis
from tessera.match.game import Match, Turn

BOARD_EVERY = 20
"""Moves between two boards in a log."""


class Show(Protocol):
    """Hears what happens in a match."""

    def thinking(self, match: Match, analysis: Analysis | None) -> None:
        """The side to play thinks; `analysis` is what it has found so far."""
        ...

    def moved(self, match: Match, turn: Turn) -> None: ...

    def ended(self, match: Match) -> None:
        """The result is known."""
        ...


class PictureShow:
    """One picture, redrawn in place. The last one stays on the screen."""

    def __init__(self, draw_view: Callable[[View], None], title: str) -> None:
        self._draw, self._title = draw_view, title

    def thinking(self, match: Match, analysis: Analysis | None) -> None:
        self._draw(look(match, title=self._title, analysis=analysis))

    def moved(self, match: Match, turn: Turn) -> None:
        self._draw(look(match, title=self._title))

    def ended(self, match: Match) -> None:
        self._draw(look(match, title=f"{self._title}   {match.result}"))


class LogShow:
    """A line for every move and a plain board now and then."""

    def thinking(self, match: Match, analysis: Analysis | None) -> None:
        pass

    def moved(self, match: Match, turn: Turn) -> None:
        number = len(match.turns)
        name = match.sides[turn.color].name
        output.print_text(output.escape(describe(turn, number=number, size=match.game.size, name=name)))
        if number % BOARD_EVERY == 0:
            self.ended(match)

    def ended(self, match: Match) -> None:
        output.print_text(output.escape(f"\n{draw(match.game)}\n"))


class NoShow:
    """Nothing at all."""

    def thinking(self, match: Match, analysis: Analysis | None) -> None:
        pass

    def moved(self, match: Match, turn: Turn) -> None:
        pass

    def ended(self, match: Match) -> None:
        pass


@contextmanager
def open_show(title: str, *, size: int, silent: bool) -> Iterator[Show]:
    """The way that fits where stdout goes."""
    from tessera.cli.board_output import board_screen, can_draw

    if silent:
        yield NoShow()
    elif can_draw(size):
        with board_screen() as draw_view:
            yield PictureShow(draw_view, title)
    else:
        yield LogShow()

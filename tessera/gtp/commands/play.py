"""Commands that move: by the controller's word or by thought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.errors import IllegalMove
from tessera.gtp import thinking
from tessera.gtp.arguments import color, count, integer, vertex
from tessera.gtp.commands.table import CommandTable
from tessera.gtp.protocol import GtpFailure
from tessera.interfaces.player import RESIGN, Options
from tessera.rules import coords

if TYPE_CHECKING:
    from tessera.gtp.session import Session

table = CommandTable("Moving")


@table.add("play", "color vertex")
def play(session: Session, args: list[str]) -> str:
    """Play a move or pass of either side."""
    count(args, 2)
    side, point = color(args[0]), vertex(args[1], session.game.size)
    try:
        session.game.play(side, point)
    except IllegalMove:
        raise GtpFailure("illegal move") from None
    return ""


@table.add("genmove", "color")
def genmove(session: Session, args: list[str]) -> str:
    """Think and move; a vertex, pass or resign."""
    count(args, 1)
    side = color(args[0])
    options = Options(allow_resign=session.settings.resign.threshold > 0)
    return move_text(thinking.move(session, side, options=options).point, session.game.size)


@table.add("kgs-genmove_cleanup", "color")
def genmove_cleanup(session: Session, args: list[str]) -> str:
    """Like genmove, but no pass while dead stones stand on the board, and no resignation."""
    count(args, 1)
    options = Options(allow_resign=False, fast_cleanup=True)
    return move_text(thinking.move(session, color(args[0]), options=options).point, session.game.size)


@table.add("reg_genmove", "color")
def reg_genmove(session: Session, args: list[str]) -> str:
    """The move genmove would make, without randomness and without playing it."""
    count(args, 1)
    return move_text(thinking.regression_move(session, color(args[0])).point, session.game.size)


@table.add("undo")
def undo(session: Session, args: list[str]) -> str:
    """Take the last move back; handicap and set-up stones stay."""
    return _take_back(session, 1)


@table.add("gg-undo", "[moves]")
def gg_undo(session: Session, args: list[str]) -> str:
    """Take several moves back, or none at all when there are not so many."""
    count(args, 0, 1)
    return _take_back(session, integer(args[0], 0) if args else 1)


def _take_back(session: Session, moves: int) -> str:
    if moves > len(session.game.moves):
        raise GtpFailure("cannot undo")
    for _ in range(moves):
        session.game.undo()
    session.took_back()
    return ""


@table.add("gomill-explain_last_move")
def explain_last_move(session: Session, args: list[str]) -> str:
    """What the engine thought of its last move: win rate, score, visits, main line."""
    last = session.last
    if last is None or last.analysis is None:
        return ""
    analysis, size = last.analysis, session.game.size
    line = " ".join(coords.vertex(point, size) for point in analysis.moves[0].pv) if analysis.moves else ""
    return (
        f"win rate {analysis.winrate:.3f}, score {analysis.score:+.1f}, "
        f"{analysis.visits} visits in {analysis.seconds:.2f} s, main line {line}"
    )


def move_text(point: int, size: int) -> str:
    """GTP's word for a chosen move."""
    return "resign" if point == RESIGN else coords.vertex(point, size)

"""What the demo shows at one moment, as plain data: made from a match, drawn by `board_output`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tessera.interfaces.analysis import Analysis
from tessera.interfaces.player import RESIGN
from tessera.rules.coords import BLACK, COLOR_NAMES, WHITE, vertex
from tessera.rules.scoring import format_margin

if TYPE_CHECKING:
    from tessera.match.game import Match, Turn

CANDIDATES = 3
PV_ON_BOARD = 3
"""Moves of the best line shown on the board itself."""


@dataclass(frozen=True)
class Candidate:
    """One row of the thinking table; values from the thinking side's view, as text."""

    move: str
    visits: int
    winrate: str
    score: str
    line: str


@dataclass(frozen=True)
class View:
    """One picture."""

    title: str
    size: int
    stones: tuple[int, ...]
    """[P] EMPTY, BLACK or WHITE."""
    last: int | None
    """The point of the last move, None after a pass."""
    ghosts: tuple[tuple[int, int], ...]
    """(point, color) of the first moves of the line being thought about."""
    names: tuple[str, str]
    """Names of Black and White."""
    captured: tuple[int, int]
    """Prisoners taken by Black and by White."""
    to_play: int
    winrate: float | None
    """Black's, by whoever thought last; None before anybody has."""
    lead: str
    """'B+2.5', '' before anybody has thought."""
    history: tuple[float, ...]
    """Black's win rate after each thought, oldest first."""
    heading: str
    """Above the candidates: who thinks, and how far."""
    candidates: tuple[Candidate, ...]
    moves: tuple[tuple[int, str], ...]
    """(color, vertex) of all moves."""


def look(match: Match, *, title: str, analysis: Analysis | None = None) -> View:
    """The match now. `analysis` is what the side to play has found so far; without it the last thought shows."""
    game = match.game
    thinking = analysis is not None
    known = analysis or next((turn.analysis for turn in reversed(match.turns) if turn.analysis is not None), None)
    last = game.moves[-1].point if game.moves else game.points
    return View(
        title=title,
        size=game.size,
        stones=tuple(int(stone) for stone in game.stones),
        last=None if last == game.points else last,
        ghosts=_ghosts(analysis, game.points) if thinking and analysis is not None else (),
        names=(match.sides[BLACK].name, match.sides[WHITE].name),
        captured=(game.captured_by(BLACK), game.captured_by(WHITE)),
        to_play=game.to_play,
        winrate=None if known is None else black_winrate(known),
        lead="" if known is None else black_lead(known),
        history=tuple(rate for turn in match.turns if (rate := turn.black_winrate) is not None),
        heading=_heading(match, known, thinking=thinking),
        candidates=candidates(known) if known is not None else (),
        moves=tuple((move.color, vertex(move.point, game.size)) for move in game.moves),
    )


def black_winrate(analysis: Analysis) -> float:
    return analysis.winrate if analysis.color == BLACK else 1 - analysis.winrate


def black_lead(analysis: Analysis) -> str:
    """Black's lead as 'B+2.5' or 'W+3.0'."""
    margin = round(analysis.score if analysis.color == BLACK else -analysis.score, 1)
    return format_margin(margin) if margin else "even"


def candidates(analysis: Analysis) -> tuple[Candidate, ...]:
    """The best moves with their lines."""
    return tuple(
        Candidate(
            move=vertex(move.point, analysis.size),
            visits=move.visits,
            winrate=f"{100 * move.winrate:.1f}%",
            score=f"{move.score:+.1f}",
            line=line_of(move.pv, analysis.size),
        )
        for move in analysis.moves[:CANDIDATES]
    )


def line_of(points: Sequence[int], size: int) -> str:
    return " ".join(vertex(point, size) for point in points[:12])


def describe(turn: Turn, *, number: int, size: int, name: str) -> str:
    """One line for a move where no screen can be drawn."""
    if turn.point == RESIGN:
        return f"{number:3}  {COLOR_NAMES[turn.color]:5} resigns"
    words = f"{number:3}  {COLOR_NAMES[turn.color]:5} {vertex(turn.point, size):4}"
    analysis = turn.analysis
    if analysis is None or not analysis.moves:
        return f"{words}  {name}, {turn.seconds:.1f} s"
    share = f"Black {100 * black_winrate(analysis):5.1f}%  {black_lead(analysis):7}"
    return f"{words}  {share} {analysis.visits:5} visits  {line_of(analysis.moves[0].pv, size)}"


def _heading(match: Match, known: Analysis | None, *, thinking: bool) -> str:
    if match.is_over:
        return "The game is over"
    if thinking and known is not None:
        return f"{COLOR_NAMES[known.color].capitalize()} is thinking: {known.visits} visits, {known.seconds:.1f} s"
    side = match.sides[match.game.to_play]
    if known is None:
        return f"{side.name} is thinking"
    return f"{COLOR_NAMES[known.color].capitalize()} thought: {known.visits} visits, {known.seconds:.1f} s"


def _ghosts(analysis: Analysis | None, points: int) -> tuple[tuple[int, int], ...]:
    if analysis is None or not analysis.moves:
        return ()
    line = analysis.moves[0].pv[:PV_ON_BOARD]
    colors = (analysis.color, 3 - analysis.color)
    return tuple((point, colors[i % 2]) for i, point in enumerate(line) if point < points)

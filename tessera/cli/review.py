"""What an engine thinks of every position of a game, and which moves it regrets. Pure: no files, no terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tessera.interfaces.analysis import Analysis
from tessera.rules.coords import BLACK, COLOR_NAMES, opponent, vertex
from tessera.rules.game import Move
from tessera.rules.scoring import format_margin
from tessera.sgf import Annotation

NOTABLE = 0.02
"""Losses of win rate below this are noise at any number of visits a person waits for."""


@dataclass(frozen=True)
class Seen:
    """One position of the main line, analysed."""

    moves: int
    """Moves played before it."""
    analysis: Analysis
    played: Move | None
    """What the game went on with; None at its end, or where stones were set up instead."""

    @property
    def winrate(self) -> float:
        """Black's, 0..1."""
        own = self.analysis.winrate
        return own if self.analysis.color == BLACK else 1 - own

    @property
    def score(self) -> float:
        """Black's lead in points."""
        return self.analysis.score if self.analysis.color == BLACK else -self.analysis.score


@dataclass(frozen=True)
class Mistake:
    """A move after which its player stood worse. Values are from the view of that player."""

    move: int
    """1 is the first move."""
    color: str
    played: str
    best: str
    before: float
    """Win rate before the move, if played best; 0..1."""
    after: float
    points: float
    """Points of score lost; may be negative."""

    @property
    def loss(self) -> float:
        return self.before - self.after


def mistakes(seen: Sequence[Seen], *, most: int) -> list[Mistake]:
    """The moves that lost most win rate, worst first; only where a notable share was lost."""
    found = []
    for now, then in pairwise(seen):
        if now.played is None or then.moves != now.moves + 1:
            continue
        black = now.played.color == BLACK
        before, after = (now.winrate, then.winrate) if black else (1 - now.winrate, 1 - then.winrate)
        # A loss after the very move we would have played is our own misjudgement.
        if before - after >= NOTABLE and now.played.point != _best(now):
            found.append(_mistake(now, then, before, after))
    return sorted(found, key=lambda mistake: -mistake.loss)[:most]


def _best(seen: Seen) -> int:
    return seen.analysis.moves[0].point if seen.analysis.moves else seen.analysis.size**2


def _mistake(now: Seen, then: Seen, before: float, after: float) -> Mistake:
    assert now.played is not None
    size = now.analysis.size
    sign = 1 if now.played.color == BLACK else -1
    return Mistake(
        move=now.moves + 1,
        color=COLOR_NAMES[now.played.color],
        played=vertex(now.played.point, size),
        best=vertex(_best(now), size),
        before=before,
        after=after,
        points=sign * (now.score - then.score),
    )


def annotation(seen: Seen, *, lines: int, length: int) -> Annotation:
    """What goes into the SGF at this position: values, the candidates in words, and the best lines."""
    analysis = seen.analysis
    shown = [move for move in analysis.moves if move.visits > 0][:lines]
    words = [f"Black {100 * seen.winrate:.1f}%, {format_margin(round(seen.score, 1))}, {analysis.visits} visits"]
    for move in shown:
        line = " ".join(vertex(point, analysis.size) for point in move.pv[:length])
        words.append(f"{100 * move.winrate:.1f}% for {COLOR_NAMES[analysis.color]}, {move.visits} visits: {line}")
    return Annotation(
        winrate=seen.winrate,
        score=seen.score,
        comment="\n".join(words),
        lines=tuple(
            alternating(analysis.color, move.pv[:length])
            for move in shown
            # The game's own move is already there, as the main line.
            if seen.played is None or move.point != seen.played.point
        ),
    )


def alternating(color: int, points: Sequence[int]) -> tuple[Move, ...]:
    """A line of points as moves, `color` first."""
    return tuple(Move(color if i % 2 == 0 else opponent(color), point) for i, point in enumerate(points))


def as_json(seen: Seen, *, lines: int, length: int) -> dict[str, object]:
    """A position for machines; win rate and score are Black's, those of candidates the mover's."""
    analysis = seen.analysis
    size = analysis.size
    return {
        "move": seen.moves,
        "to_play": COLOR_NAMES[analysis.color],
        "winrate": round(seen.winrate, 4),
        "score": round(seen.score, 2),
        "visits": analysis.visits,
        "played": None if seen.played is None else vertex(seen.played.point, size),
        "best": [
            {
                "move": vertex(move.point, size),
                "visits": move.visits,
                "winrate": round(move.winrate, 4),
                "score": round(move.score, 2),
                "prior": round(move.prior, 4),
                "pv": [vertex(point, size) for point in move.pv[:length]],
            }
            for move in analysis.moves[:lines]
        ],
    }

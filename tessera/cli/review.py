"""What an engine thinks of every position of a game, and which moves it regrets. Pure: no files, no terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tessera.interfaces.analysis import Analysis
from tessera.rules.coords import BLACK, COLOR_NAMES, EMPTY, WHITE, opponent, vertex
from tessera.rules.game import Move
from tessera.rules.scoring import format_margin
from tessera.sgf import Annotation

NOTABLE = 0.02
"""Losses of win rate below this are noise at any number of visits a person waits for."""
NOTABLE_POINTS = 3.0
"""The same for the score, which also tells mistakes where the game is decided."""
SIZES = (("blunder", 0.30, 10.0), ("mistake", 0.10, 5.0), ("doubtful", 0.0, 0.0))
"""What a loss is called from so much win rate, or so many points; the first that fits."""
MARKS = {"blunder": "BM", "mistake": "BM", "doubtful": "DO", "tesuji": "TE", "interesting": "IT"}
"""SGF's properties for them."""
POINT_WORTH = 0.01
"""Win rate a point lost counts as, when mistakes are ordered."""
CLEAR = 0.4
"""Ownership from which a point is somebody's."""
HOT = (0.15, 0.40)
"""Changes of the win rate from which a move is a hotspot, and a great one."""
SURPRISING = 0.1
"""A prior below which a good move is not what anybody would play."""


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
    verdict: str
    """How big it is: 'blunder', 'mistake' or 'doubtful'."""

    @property
    def loss(self) -> float:
        return self.before - self.after

    @property
    def weight(self) -> float:
        """What mistakes are ordered by."""
        return self.loss + POINT_WORTH * max(0.0, self.points)


def mistakes(seen: Sequence[Seen], *, most: int) -> list[Mistake]:
    """The moves that lost most, win rate and points together, worst first; only notable losses."""
    found = [mistake for now, then in pairwise(seen) if (mistake := mistake_between(now, then)) is not None]
    return sorted(found, key=lambda mistake: -mistake.weight)[:most]


def mistake_between(now: Seen, then: Seen) -> Mistake | None:
    """The move from one position to the next, where it lost notably; `then` need not be its result."""
    if not _follows(now, then) or now.played is None:
        return None
    loss, points = _lost(now, then)
    # A loss after the very move we would have played is our own misjudgement.
    if now.played.point == _best(now) or (loss < NOTABLE and points < NOTABLE_POINTS):
        return None
    size = now.analysis.size
    before = now.winrate if now.played.color == BLACK else 1 - now.winrate
    return Mistake(
        move=now.moves + 1,
        color=COLOR_NAMES[now.played.color],
        played=vertex(now.played.point, size),
        best=vertex(_best(now), size),
        before=before,
        after=before - loss,
        points=points,
        verdict=next(name for name, rate, most in SIZES if loss >= rate or points >= most),
    )


def praise_between(now: Seen, then: Seen) -> str:
    """'tesuji' for the one good move that was hard to see, 'interesting' for a move better than was thought, or ''."""
    if not _follows(now, then) or now.played is None or not now.analysis.moves:
        return ""
    point = now.played.point
    if now.analysis.policy[point] >= SURPRISING:
        return ""
    best, *others = now.analysis.moves
    if point == best.point:
        rivals = [move.winrate for move in others if move.visits > 0]
        return "tesuji" if rivals and max(rivals) < best.winrate - SIZES[1][1] else ""
    return "interesting" if _lost(now, then)[0] <= -NOTABLE else ""


def _follows(now: Seen, then: Seen) -> bool:
    return now.played is not None and then.moves == now.moves + 1


def _lost(now: Seen, then: Seen) -> tuple[float, float]:
    """Win rate and points the move lost its player."""
    assert now.played is not None
    sign = 1 if now.played.color == BLACK else -1
    return sign * (now.winrate - then.winrate), sign * (now.score - then.score)


def _best(seen: Seen) -> int:
    return seen.analysis.moves[0].point if seen.analysis.moves else seen.analysis.size**2


def in_words(mistake: Mistake) -> str:
    """'a mistake: 12% and 4.5 points lost; better D4'."""
    name = {"doubtful": "doubtful"}.get(mistake.verdict, f"a {mistake.verdict}")
    lost = [f"{100 * mistake.loss:.0f}%"] * (mistake.loss > 0) + [f"{mistake.points:.1f} points"] * (mistake.points > 0)
    return f"{name}: {' and '.join(lost)} lost; better {mistake.best}"


def remark(now: Seen, then: Seen) -> Annotation:
    """What is written at `then` about the move that led there: verdict, hotspot, the better move, and words."""
    if not _follows(now, then) or now.played is None:
        return Annotation()
    mistake, praise = mistake_between(now, then), praise_between(now, then)
    name = vertex(now.played.point, now.analysis.size)
    hotspot = sum(abs(now.winrate - then.winrate) >= change for change in HOT)
    if mistake is not None:
        best = _best(now)
        return Annotation(
            verdict=MARKS[mistake.verdict],
            hotspot=hotspot,
            label=(best, "A") if best < now.analysis.size**2 else None,
            comment=f"{name} is {in_words(mistake)}" + (" (A)" if best < now.analysis.size**2 else ""),
        )
    words = {"tesuji": f"{name} is a tesuji: no other move is as good", "interesting": f"{name} is better than thought"}
    return Annotation(verdict=MARKS.get(praise, ""), hotspot=hotspot, comment=words.get(praise, ""))


def owned(analysis: Analysis) -> tuple[int, ...]:
    """[P] EMPTY, BLACK or WHITE: who will own the point, EMPTY while it is open."""
    sign = 1 if analysis.color == BLACK else -1
    return tuple(
        BLACK if sign * each > CLEAR else WHITE if sign * each < -CLEAR else EMPTY for each in analysis.ownership
    )


def closing(stones: Sequence[int], area: Sequence[int]) -> Annotation:
    """What is written at the end of a game: whose the empty points and the dead stones are."""
    marks = tuple(EMPTY if stone == owner else owner for stone, owner in zip(stones, area, strict=True))
    counts = (sum(owner == color for owner in area) for color in (BLACK, WHITE))
    words = "Points on the board: Black {}, White {}, open {}".format(*counts, sum(owner == EMPTY for owner in area))
    return Annotation(area=marks, comment=words)


def joined(values: Annotation, judged: Annotation, end: Annotation) -> Annotation:
    """What `annotation`, `remark` and `closing` say about one node, as one annotation."""
    return replace(
        judged,
        winrate=values.winrate,
        score=values.score,
        comment="\n".join(part.comment for part in (values, judged, end) if part.comment),
        lines=values.lines,
        area=end.area,
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

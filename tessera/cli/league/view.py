"""What `tessera league run` shows while games are played: rows for a terminal, a line now and then elsewhere.

Pure: it is told of progress and asked for rows; `run` owns the screen. The most important rows come first, for a
small terminal cuts off the end.
"""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from tessera.cli.train_view import BAR_COLUMNS, Row, duration
from tessera.interfaces.arbiter import VOID, GameRecord, Task

if TYPE_CHECKING:
    from tessera.league.run import Progress
    from tessera.league.summary import Row as Standing
    from tessera.league.summary import Summary
    from tessera.ratings.sprt import Trial

WARNINGS = 3
"""The latest that are shown."""
PAIRS = 12
"""The pairs that met last, at most; the standing says the rest."""
NOW = 4
"""Pairs with games going on that are named."""
SHARE = 0.05
"""At most this share of the time is spent on computing ratings for the screen."""


class LeagueView:
    """Everything the screen knows."""

    def __init__(self, now: Callable[[], Sequence[Task]], *, clock: Callable[[], float] = time.monotonic) -> None:
        """`now` are the games being played, asked for at every drawing."""
        self._now, self._clock = now, clock
        self._begin = clock()
        self._finished = self._before = self._total = 0
        self._summary: Summary | None = None
        self._trial: Trial | None = None
        self._due = 0.0
        """When the ratings may be computed anew."""
        self._met: dict[frozenset[str], None] = {}
        """Pairs by when they met last, oldest first."""
        self._warnings: deque[str] = deque(maxlen=WARNINGS)

    def feed(self, progress: Progress) -> None:
        """Take in the start or a game; ratings follow as often as they are cheap."""
        if progress.record is None:
            self._before = progress.finished
        else:
            pair = frozenset((progress.record.black, progress.record.white))
            self._met.pop(pair, None)
            self._met[pair] = None
        self._finished, self._total, self._trial = progress.finished, progress.total, progress.trial
        self._warnings.extend(warnings(progress.record, progress.stopped))
        start = self._clock()
        if progress.record is None or start >= self._due or self._finished == self._total:
            self._summary = progress.summary()
            spent = self._clock() - start
            self._due = start + spent / SHARE

    @property
    def remaining(self) -> float | None:
        """Seconds left at the pace of this run; None before its first game, and where a test may end it any time."""
        done = self._finished - self._before
        if done <= 0 or self._trial is not None:
            return None
        return (self._clock() - self._begin) * (self._total - self._finished) / done

    def rows(self) -> list[Row]:
        """The picture, top first."""
        rows = [("games", self._games(), False), ("time", self._time(), False)]
        rows += [("sprt", line, False) for line in (self._trial.in_words() if self._trial else ())]
        rows += [("now", line, False) for line in self._playing()]
        rows += [("warning", text, True) for text in self._warnings]
        rows += [("standing", line, False) for line in self._standing()]
        rows += [("pairs", line, False) for line in self._pairs()]
        return rows

    def line(self) -> str:
        """The same in one line, for a log: how far, how long, who leads."""
        leaders = ", ".join(f"{row.name} {row.elo:.0f}" for row in self._rated()[:3])
        trial = f"; {self._trial.in_words()[0]}" if self._trial else ""
        return f"{self._games()}; {self._time()}" + (f"; {leaders}" if leaders else "") + trial

    def _games(self) -> str:
        return f"{self._finished:,} of {'at most ' if self._trial else ''}{self._total:,}"

    def _time(self) -> str:
        done = round(BAR_COLUMNS * self._finished / max(1, self._total))
        left = f", about {duration(self.remaining)} left" if self.remaining else ""
        return f"{duration(self._clock() - self._begin)}  {'█' * done}{'░' * (BAR_COLUMNS - done)}{left}"

    def _playing(self) -> Iterator[str]:
        """Pairs with games going on, most games first."""
        both = Counter(tuple(sorted((task.black, task.white))) for task in self._now())
        for names, count in both.most_common(NOW):
            yield " – ".join(names) + (f", {count} games" if count > 1 else "")
        if len(both) > NOW:
            yield f"and {len(both) - NOW} more pairs"

    def _rated(self) -> list[Standing]:
        return [row for row in self._summary.rows if row.games or row.anchored] if self._summary else []

    def _standing(self) -> Iterator[str]:
        if self._summary is None:
            return
        wide = max((len(row.name) for row in self._summary.rows), default=0)
        for place, row in enumerate(self._summary.rows, start=1):
            margin = (row.high - row.low) / 2
            elo = f"{row.elo:.0f}" if row.games or row.anchored else "-"
            error = "anchor" if row.anchored else f"±{margin:.0f}" if row.games and math.isfinite(margin) else ""
            score = f"{100 * row.score:.0f}%" if row.games else ""
            yield f"{place:2} {row.name:{wide}} {elo:>6} {error:6} {score:>4} of {row.games} games"

    def _pairs(self) -> Iterator[str]:
        """Wins, draws and losses of pairs, the latest first."""
        if self._summary is None:
            return
        for pair in list(reversed(self._met))[:PAIRS]:
            a, b = sorted(pair)
            if (a, b) in self._summary.cross:
                won, drawn, lost = self._summary.cross[a, b]
                yield f"{a} {won}-{lost} {b}" + (f", {drawn} drawn" if drawn else "")


def warnings(record: GameRecord | None, stopped: str) -> Iterator[str]:
    """What must not pass unseen about a game."""
    if record is not None and record.result == VOID:
        yield f"game {record.number} is void by {record.culprit}: {record.note}"
    if stopped:
        yield f"{stopped} is stopped, for a game was void twice; --retry tries again"

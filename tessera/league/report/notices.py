"""What the figures alone do not say: warnings and surprises in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tessera.html.words import clean, count, escape, interval, listed, whole

if TYPE_CHECKING:
    from tessera.league.summary import Summary
    from tessera.ratings.sprt import Trial


def tiles(summary: Summary) -> list[tuple[str, str]]:
    """(label, value) of the league's own figures, as HTML."""
    return [
        ("Players", f"{len(summary.rows):,}"),
        ("Games that count", f"{summary.games:,}"),
        ("Unique games", f"{summary.unique_games:,}"),
        ("Duplicates", f"{summary.duplicates:,}"),
        ("Void games", f"{summary.voids:,}"),
        ("Black’s advantage", _advantage(summary)),
    ]


def _advantage(summary: Summary) -> str:
    elo, low, high = summary.first_player
    if not summary.games or not math.isfinite(elo):
        return "unknown"
    return f"{whole(elo, sign=True)} Elo <small>{interval(low, high, sign=True)}</small>"


def setting(summary: Summary) -> str:
    """Board, komi and rules in one line; plain text, empty before the first record."""
    if not summary.size:
        return ""
    return f"{summary.size}×{summary.size}, komi {summary.komi:g}, {clean(summary.rules)} rules"


def scale_note(summary: Summary) -> str:
    """What the Elo of this page is relative to, as HTML."""
    anchors = [row for row in summary.rows if row.anchored]
    if not anchors:
        return (
            "No player is pinned: Elo and the 95% intervals are relative to the mean of all players, "
            "and only differences mean anything."
        )
    pinned = ", ".join(f"<bdi>{escape(row.name)}</bdi> at {whole(row.elo)}" for row in anchors)
    return f"Pinned: {pinned}. A bar is the 95% interval against that anchor; a dashed line marks it."


def notices(summary: Summary, trial: Trial | None = None) -> list[tuple[str, str]]:
    """('test', 'warning' or 'surprise', HTML), the gravest first."""
    found = [("test", escape(text)) for text in (trial.in_words() if trial else ())]
    found += [("warning", text) for text in _warnings(summary)]
    return found + [("surprise", escape(text)) for text in summary.surprises]


def _warnings(summary: Summary) -> list[str]:
    texts = []
    if not summary.games:
        texts.append("No game counts yet: the ratings are what was assumed before the first one.")
    elif len(summary.components) > 1:
        groups = "; ".join(
            f"{'group' if n > 1 else 'Group'} {n}: {listed(group)}" for n, group in enumerate(summary.components, 1)
        )
        texts.append(
            "Not every player can be compared with every other, because no chain of games connects them. "
            f"Compare Elo only within a group. {groups}."
        )
    if summary.voids:
        verb = "counts" if summary.voids == 1 else "count"
        texts.append(f"{count(summary.voids, 'void game')} {verb} for nobody; the list of games says why.")
    if summary.duplicates:
        verb = "repeats" if summary.duplicates == 1 else "repeat"
        texts.append(
            f"{count(summary.duplicates, 'game')} {verb} an earlier one move by move: "
            f"the intervals rest on {count(summary.unique_games, 'different game')} and look narrower than they are."
        )
    return texts

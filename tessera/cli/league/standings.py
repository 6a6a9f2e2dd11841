"""How a league looks in a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tessera.cli import output

if TYPE_CHECKING:
    from tessera.league.summary import Row, Summary
    from tessera.ratings.sprt import Trial

COLUMNS = ("", "player", "Elo", "±", "games", "won", "drawn", "lost", "score", "better than next", "s/move", "remarks")


def show(summary: Summary, *, planned: int = 0, stopped: Mapping[str, str] = {}, trial: Trial | None = None) -> None:
    """The ladder as a table, and in words what a table does not say; `planned` games are the whole league."""
    output.print_text(output.escape(_title(summary, planned)))
    output.print_table(COLUMNS, [_cells(summary, place, row, stopped) for place, row in enumerate(summary.rows)])
    for line in [*(trial.in_words() if trial else ()), *notices(summary, stopped)]:
        output.print_text(output.escape(line))


def notices(summary: Summary, stopped: Mapping[str, str] = {}) -> list[str]:
    """Black's advantage, duplicates, voids, surprises, who was stopped, and ratings that cannot be compared."""
    value, low, high = (round(elo) for elo in summary.first_player)
    lines = [f"Black's advantage: {value:+d} Elo ({low:+d} to {high:+d}, 95%)"] if summary.games else []
    if summary.duplicates:
        lines.append(f"{summary.duplicates} of {summary.games} games repeat another one move by move")
    if summary.voids:
        lines.append(f"{summary.voids} void {'game' if summary.voids == 1 else 'games'}, not counted")
    if len(summary.components) > 1 and summary.games:
        groups = "; ".join(", ".join(names) for names in summary.components)
        lines.append(f"not connected by games, so Elo only compares within each group: {groups}")
    lines += [f"{name} is stopped after a game was void twice: {why}" for name, why in stopped.items()]
    return [*lines, *summary.surprises]


def _title(summary: Summary, planned: int) -> str:
    games = f"{summary.games} of {planned} games" if planned > summary.games else f"{summary.games} games"
    where = f", {summary.size}x{summary.size}, {summary.rules}, komi {summary.komi:g}" if summary.size else ""
    return f"{summary.title or 'League'}: {games}{where}"


def _cells(summary: Summary, place: int, row: Row, stopped: Mapping[str, str]) -> tuple[str, ...]:
    last = place + 1 == len(summary.rows)
    known = row.games and not last and summary.rows[place + 1].games
    better = f"{100 * float(summary.superiority[place, place + 1]):.0f}%" if known else ""
    margin = (row.high - row.low) / 2
    remarks = [f"{row.forfeits} forfeited"] * bool(row.forfeits) + [f"{row.voids} void"] * bool(row.voids)
    return (
        str(place + 1),
        row.name,
        f"{row.elo:.0f}" if row.games or row.anchored else "",
        "anchor" if row.anchored else f"{margin:.0f}" if row.games and math.isfinite(margin) else "",
        str(row.games),
        str(row.wins),
        str(row.draws),
        str(row.losses),
        f"{100 * row.score:.0f}%" if row.games else "",
        better,
        f"{row.seconds_per_move:.2f}" if row.games else "",
        ", ".join([*remarks, *["stopped"] * (row.name in stopped)]),
    )

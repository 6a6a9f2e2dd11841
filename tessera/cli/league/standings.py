"""How a league looks in a terminal."""

from __future__ import annotations

import math

from tessera.cli import output
from tessera.league.summary import Row, Summary

COLUMNS = ("", "player", "Elo", "±", "games", "won", "drawn", "lost", "score", "better than next", "s/move", "remarks")


def show(summary: Summary) -> None:
    """The ladder as a table, and in words what a table does not say."""
    rows = [_cells(summary, place, row) for place, row in enumerate(summary.rows)]
    output.print_table(COLUMNS, rows, title=_title(summary))
    for line in notices(summary):
        output.print_text(output.escape(line))


def notices(summary: Summary) -> list[str]:
    """Black's advantage, duplicates, voids, surprises, and ratings that cannot be compared."""
    value, low, high = summary.first_player
    lines = [f"Black's advantage: {value:+.0f} Elo ({low:+.0f} to {high:+.0f}, 95%)"] if summary.games else []
    if summary.duplicates:
        lines.append(f"{summary.duplicates} of {summary.games} games repeat another one move by move")
    if summary.voids:
        lines.append(f"{summary.voids} void games, not counted")
    if len(summary.components) > 1:
        groups = "; ".join(", ".join(names) for names in summary.components)
        lines.append(f"not connected by games, so Elo only compares within each group: {groups}")
    return [*lines, *summary.surprises]


def _title(summary: Summary) -> str:
    where = f"{summary.size}x{summary.size}, {summary.rules}, komi {summary.komi:g}" if summary.size else "no games yet"
    return f"{summary.title or 'League'}: {summary.games} games, {where}"


def _cells(summary: Summary, place: int, row: Row) -> tuple[str, ...]:
    last = place + 1 == len(summary.rows)
    better = "" if last else f"{100 * float(summary.superiority[place, place + 1]):.0f}%"
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
        ", ".join(remarks),
    )

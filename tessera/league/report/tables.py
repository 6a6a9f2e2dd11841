"""The page's three tables: figures, who beat whom, and how surely one is the stronger."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tessera.html.words import MISSING, decimals, escape, interval, name, percent, whole

if TYPE_CHECKING:
    from tessera.league.summary import Row, Summary

STRONGEST_SHADE = 0.5
"""Opacity behind a cell that is all won or all lost; text stays readable on it in both colour schemes."""

COLUMNS: dict[str, Callable[[Row], str]] = {
    "Elo": lambda row: whole(row.elo),
    "95%": lambda row: "pinned" if row.anchored else interval(row.low, row.high),
    "Games": lambda row: f"{row.games:,}",
    "Won": lambda row: f"{row.wins:,}",
    "Drawn": lambda row: f"{row.draws:,}",
    "Lost": lambda row: f"{row.losses:,}",
    "Score": lambda row: f"{decimals(100 * row.score, 1)}%" if row.games else MISSING,
    "Moves": lambda row: decimals(row.mean_moves, 0) if row.games else MISSING,
    "s/move": lambda row: decimals(row.seconds_per_move, 2) if row.games else MISSING,
    "Forfeits": lambda row: f"{row.forfeits:,}",
    "Voids": lambda row: f"{row.voids:,}",
}
HINTS = {
    "95%": "interval of the Elo, against the anchor or the mean",
    "Moves": "mean length of a game in moves of both sides, those of the opening included",
    "s/move": "mean thinking time of a move of this player, those of the opening included",
    "Forfeits": "games lost by an illegal move or on time",
    "Voids": "games this player made void",
}


def ratings_table(summary: Summary) -> str:
    """A line for each player with all its figures."""
    heads = "".join(map(_head, COLUMNS))
    lines = []
    for rank, row in enumerate(summary.rows, 1):
        cells = "".join(f"<td>{show(row)}</td>" for show in COLUMNS.values())
        lines.append(f'<tr><th scope="row">{_ranked(rank, row)}</th>{cells}</tr>')
    return _table("Ratings", f'<th scope="col">Player</th>{heads}', lines)


def _head(title: str) -> str:
    hint = f' title="{HINTS[title]}"' if title in HINTS else ""
    return f'<th scope="col"{hint}>{title}</th>'


def cross_table(summary: Summary) -> str:
    """What the player of the row did against the player of the column; a cell links to the games."""
    drawn = any(draws for _, draws, _ in summary.cross.values())

    def cell(i: int, j: int) -> str:
        wins, draws, losses = summary.cross.get((summary.rows[i].name, summary.rows[j].name), (0, 0, 0))
        if wins + draws + losses == 0:
            return "<td></td>"
        text = f"{wins}–{draws}–{losses}" if drawn else f"{wins}–{losses}"
        share = (wins + draws / 2) / (wins + draws + losses)
        return f'<td{_shade(share)}><a href="#games" data-pair="{i},{j}">{text}</a></td>'

    return _square("Results of each pairing", summary, cell)


def superiority_table(summary: Summary) -> str:
    """Percent of certainty that the player of the row is stronger than the player of the column."""

    def cell(i: int, j: int) -> str:
        share = float(summary.superiority[i, j])
        return f"<td{_shade(share)}>{escape(percent(share))}</td>"

    return _square("Likelihood of superiority", summary, cell)


def _square(caption: str, summary: Summary, cell: Callable[[int, int], str]) -> str:
    """Players down and, by their rank, across; the diagonal stays empty."""
    rows = summary.rows
    heads = "".join(
        f'<th scope="col" title="{escape(row.name)}"><span aria-hidden="true">{rank}</span>'
        f'<span class="hidden">{name(row.name)}</span></th>'
        for rank, row in enumerate(rows, 1)
    )
    lines = (
        f'<tr><th scope="row">{_ranked(i + 1, row)}</th>'
        + "".join('<td class="self">·</td>' if i == j else cell(i, j) for j in range(len(rows)))
        + "</tr>"
        for i, row in enumerate(rows)
    )
    return _table(caption, f"<td></td>{heads}", lines, kind="square")


def _ranked(rank: int, row: Row) -> str:
    return f'<span class="rank">{rank}</span> <span class="who" title="{escape(row.name)}">{name(row.name)}</span>'


def _shade(share: float) -> str:
    """More than half in one colour, less in the other, even and unknown in none."""
    if not math.isfinite(share) or share == 0.5:
        return ""
    side = "good" if share > 0.5 else "bad"
    return f' class="{side}" style="--shade:{2 * STRONGEST_SHADE * abs(share - 0.5):.2f}"'


def _table(caption: str, heads: str, lines: Iterable[str], *, kind: str = "figures") -> str:
    # A region that can be focused scrolls by keyboard where the table is wider than the window.
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table class="{kind}">'
        f'<caption class="hidden">{caption}</caption><thead><tr>{heads}</tr></thead>\n<tbody>\n'
        + "\n".join(lines)
        + "\n</tbody></table></div>"
    )

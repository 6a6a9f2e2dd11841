"""The ladder and the cross-table of a league, while it is played too."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from tessera.cli.league.places import load
from tessera.errors import TesseraError
from tessera.html.words import escape
from tessera.league.report.ladder import ladder
from tessera.league.report.notices import scale_note, setting, tiles
from tessera.league.report.tables import cross_table, ratings_table, superiority_table
from tessera.league.summary import Summary
from tessera_dashboard.board import sheet
from tessera_dashboard.views.common import refreshing, site


def show() -> None:
    leagues = site().leagues()
    if not leagues:
        st.info("No league was named: tessera dashboard RUNS --league FOLDER shows one.")
        return
    chosen = leagues[st.selectbox("League", list(leagues))]

    def standing() -> None:
        try:
            games = (chosen / "games.jsonl").stat()
            summary = _summary(chosen, (games.st_mtime_ns, games.st_size))
        except (TesseraError, OSError) as error:
            st.error(str(error))
            return
        facts = "".join(f"<div><dt>{label}</dt><dd>{value}</dd></div>" for label, value in tiles(summary))
        parts = [f"<p>{escape(setting(summary))}</p>", f'<dl class="tiles">{facts}</dl>']
        if summary.rows:
            parts += ["<h2>Ladder</h2>", f"<p>{scale_note(summary)}</p>", ladder(summary), ratings_table(summary)]
        if len(summary.rows) > 1:
            parts += ["<h2>Won and lost</h2>", cross_table(summary)]
            parts += ["<h2>Likelihood of superiority</h2>", superiority_table(summary)]
        sheet("".join(parts), "league")

    refreshing(standing)


@st.cache_resource(max_entries=8, show_spinner="Rating the players")
def _summary(league: Path, written: tuple[int, int]) -> Summary:
    """Rated once for each state of the file of games."""
    return load(league).summary

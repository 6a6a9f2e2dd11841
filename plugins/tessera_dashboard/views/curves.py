"""How runs learn: strength, losses, games, and what the guard did; of several runs in one chart."""

from __future__ import annotations

import streamlit as st

from tessera.runs.curves import AXES, charts, compared
from tessera.runs.report import figures
from tessera_dashboard.board import sheet
from tessera_dashboard.views.common import refreshing, site

SECTIONS = ("Strength", "Learning", "Games", "Safety")
PARTS = {"the whole run": 0.0, "the second half": 0.5, "the last fifth": 0.8, "the last twentieth": 0.95}


def show() -> None:
    draw(SECTIONS, "curves")


def draw(sections: tuple[str, ...], key: str) -> None:
    """The charts of these sections, with the choices that all of them share."""
    names = list(site().runs())
    left, middle, right = st.columns([2, 1, 1])
    chosen = left.multiselect("Runs", names, default=names[:1], key=f"runs {key}")
    axis = middle.selectbox("Along", list(AXES), key=f"axis {key}")
    part = right.selectbox("Shown", list(PARTS), key=f"part {key}")

    def every_section() -> None:
        runs = site().runs()
        found = {name: charts(runs[name], axis=axis, since=PARTS[part]) for name in chosen if name in runs}
        if not found:
            st.info("Choose a run.")
            return
        merged = compared(found)
        sheet("".join(f"<h2>{each}</h2>{figures(merged[each])}" for each in sections), key)

    refreshing(every_section)

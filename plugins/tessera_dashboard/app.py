"""What Streamlit runs, from top to bottom for every click: the row of pages, and the one that is chosen.

Pages are not Streamlit's own, which live at addresses of their own (and in a folder pages/): opened there, its client
asks for files that do not exist. `?page=Curves` opens a page directly.
"""

from __future__ import annotations

import streamlit as st

from tessera_dashboard.views import checkpoints, curves, games, league, overview, play, speed
from tessera_dashboard.views.common import shown

PAGES = {
    "Runs": overview.show,
    "Curves": curves.show,
    "Speed and memory": speed.show,
    "Checkpoints": checkpoints.show,
    "League": league.show,
    "Games": games.show,
    "Play": play.show,
}

st.set_page_config(page_title="Tessera", layout="wide")
st.html("<style>.stMainBlockContainer { padding-top: 3.5rem; }</style>")
names = list(PAGES)
if "page" not in st.session_state:
    asked = st.query_params.get("page")
    st.session_state.page = asked if asked in names else names[0]
chosen = st.segmented_control("Page", names, key="page", required=True, label_visibility="collapsed") or names[0]
st.query_params["page"] = chosen
if "run" in st.session_state:
    st.session_state.run = st.session_state.run  # the chosen run goes along from page to page
shown(PAGES[chosen])

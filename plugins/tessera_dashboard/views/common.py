"""What pages share: the site, choosing a run, and the part of a page that refreshes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from tessera.errors import TesseraError
from tessera.runs import Run
from tessera_dashboard.look import Looker
from tessera_dashboard.site import SHIPPED, Site, networks

if TYPE_CHECKING:
    from tessera.plugins import Manager


def site() -> Site:
    """The folders of the command line; each reader's own, as its files are read by one thread at a time."""
    if "site" not in st.session_state:
        st.session_state.site = Site.from_json(sys.argv[1])
    found: Site = st.session_state.site
    return found


def refreshing(draw: Callable[[], None]) -> None:
    """Draw now, and again every few seconds while nothing else of the page is drawn anew."""
    st.fragment(run_every=site().refresh)(lambda: shown(draw))()


def shown(draw: Callable[[], None]) -> None:
    """Draw; what the reader can cure (a run's folder that was moved away) is one line."""
    try:
        draw()
    except TesseraError as error:
        st.error(str(error))


def choose_run() -> Run:
    """The run that all pages are about."""
    runs = site().runs()
    if st.session_state.get("run") not in runs:
        st.session_state.run = next(iter(runs))
    return runs[st.selectbox("Run", list(runs), key="run")]


def choose_network(run: Run | None, label: str = "Network") -> tuple[str, Path | None]:
    """A checkpoint of the run, or the shipped network: its name, and None for the shipped one."""
    found = {} if run is None else networks(run)
    name = st.selectbox(label, [*found, SHIPPED], key=f"network {label}")
    return (name, found[name].path) if name in found else (SHIPPED, None)


@st.cache_resource(show_spinner="Loading plugins")
def manager() -> Manager:
    from tessera.plugins import build_manager

    return build_manager()


@st.cache_resource(max_entries=4, show_spinner="Loading the network")
def looker(path: Path | None, written: float, size: int) -> Looker:
    """`written` is part of the key: another file under the same name is another network."""
    return Looker(manager(), path, size=size)

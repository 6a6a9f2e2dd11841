"""The board in the page, and sheets of our own HTML that follow the page's theme: two Streamlit components.

The board is drawn by our own SVG code, that of the league report (Shudan would need a build with npm). It steps
through a game by itself, and tells of clicks.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

from tessera.html import chart, page

SHEET = """
export default function ({data, parentElement}) {
  const root = parentElement.querySelector(".sheet");
  if (root.shown !== data.html) root.innerHTML = root.shown = data.html;
}
"""


def _asset(package: str, name: str) -> str:
    return (files(package) / "assets" / name).read_text(encoding="utf-8")


@cache
def _theme() -> str:
    """The style of our pages, its colours those of the page around."""
    league = _asset("tessera.league.report", "style.css")
    return page.style() + league + chart.style() + _asset("tessera_dashboard", "board.css")


@cache
def _script() -> str:
    drawing = [_asset("tessera.league.report", name) for name in ("rules.js", "board.js")]
    return "\n".join([*drawing, _asset("tessera_dashboard", "board.js")])


_board = st.components.v2.component("tessera_board", html='<div class="go"></div>', css=_theme(), js=_script())
_sheet = st.components.v2.component("tessera_sheet", html='<div class="sheet"></div>', css=_theme(), js=SHEET)


def board(key: str, data: dict[str, Any], on_point: Callable[[int, int], None] | None = None) -> None:
    """Show a game: {id, size, moves, looks, start, play, open}.

    Where it is played on, on_point(P, moves on the board) is called for a click, before the page is drawn again.
    """

    def clicked() -> None:
        told = st.session_state[key].point
        if on_point is not None and told:
            on_point(int(told["point"]), int(told["after"]))

    _board(key=key, data=data, on_point_change=clicked)


def sheet(html: str, key: str) -> None:
    """Show HTML of ours; whatever is foreign in it has been escaped."""
    _sheet(key=key, data={"html": html})

"""The whole league as one HTML file: no network, no library, opened by a double click.

Everything but the games is written here and needs no script. The games are data for assets/*.js, which run as
one function. A content security policy allows that script by its hash and nothing else, so that foreign text
stays text even if an escape were missing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

import tessera
from tessera.html.page import style
from tessera.html.words import escape
from tessera.interfaces.arbiter import GameRecord
from tessera.league.report.games import games_json
from tessera.league.report.ladder import ladder
from tessera.league.report.notices import notices, scale_note, setting, tiles
from tessera.league.report.tables import cross_table, ratings_table, superiority_table

if TYPE_CHECKING:
    from tessera.league.summary import Summary
    from tessera.ratings.sprt import Trial

SCRIPTS = ("rules.js", "sgf.js", "board.js", "list.js", "viewer.js")
"""In this order they are the body of one function; the first two touch no document."""


def render(summary: Summary, records: Sequence[GameRecord], trial: Trial | None = None) -> str:
    """The page, to be written as UTF-8; `records` are shown in their order, voids and replays too;
    `trial` is the test of the league, if it has one.
    """
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    program = f"Tessera:{tessera.__version__}"
    return Template(_asset("page.html")).substitute(
        title=escape(summary.title) or "League",
        setting=escape(setting(summary)),
        digest=digest,
        style=style() + _asset("style.css"),
        tiles="\n".join(f"<div><dt>{label}</dt><dd>{value}</dd></div>" for label, value in tiles(summary)),
        notices=_notices(summary, trial),
        ratings=_ratings(summary),
        pairs=_pairs(summary),
        games=_asset("games.html") if records else "<p>No game has been played.</p>",
        program=escape(program.replace(":", " ")),
        data=games_json(records, [row.name for row in summary.rows], program=program),
        script=script if records else "",
    )


def _asset(name: str) -> str:
    return (files("tessera.league.report") / "assets" / name).read_text(encoding="utf-8")


def _script() -> str:
    body = "\n".join(_asset(name) for name in SCRIPTS)
    return f'"use strict";\n(() => {{\n{body}}})();\n'


def _notices(summary: Summary, trial: Trial | None) -> str:
    found = notices(summary, trial)
    if not found:
        return ""
    items = "\n".join(f'<li class="{kind}"><b>{kind.capitalize()}.</b> {text}</li>' for kind, text in found)
    return f'<ul class="notices" aria-label="Tests, warnings and surprises">\n{items}\n</ul>'


def _ratings(summary: Summary) -> str:
    if not summary.rows:
        return "<p>No player has joined.</p>"
    return f"<p>{scale_note(summary)}</p>\n{ladder(summary)}\n{ratings_table(summary)}"


def _pairs(summary: Summary) -> str:
    if len(summary.rows) < 2:
        return "<p>It takes two players.</p>"
    return (
        "<h3>Won and lost</h3>\n<p>The player of the row against the player of the column (numbers are ranks). "
        f"Choose a cell to see its games.</p>\n{cross_table(summary)}\n"
        "<h3>Likelihood of superiority</h3>\n<p>Percent of certainty that the player of the row is stronger than the "
        f"player of the column.</p>\n{superiority_table(summary)}"
    )

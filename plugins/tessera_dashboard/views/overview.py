"""All runs at a glance."""

from __future__ import annotations

import time

from tessera.html.words import name
from tessera.runs import Run, number_at
from tessera.runs.report import subtitle, supervisor_table, tiles, warnings
from tessera_dashboard.board import sheet
from tessera_dashboard.views.common import refreshing, site

QUIET = 10.0
"""A run whose log is silent for so many of its intervals is not in progress."""


def show() -> None:
    refreshing(_all)


def _all() -> None:
    parts = []
    for key, run in site().runs().items():
        facts = "".join(f"<div><dt>{label}</dt><dd>{value}</dd></div>" for label, value in tiles(run))
        parts.append(f'<h2>{name(key)}</h2><p>{_state(run)}{name(subtitle(run))}</p><dl class="tiles">{facts}</dl>')
        parts.append(warnings(run.training))
        if len(run.supervisor):
            parts.append(f"<h3>Supervisor</h3>{supervisor_table(run)}")
    sheet("".join(parts), "overview")


def _state(run: Run) -> str:
    every = number_at(run.config, "log_seconds") or 10.0
    try:
        silent = time.time() - run.training.path.stat().st_mtime
    except FileNotFoundError:
        return ""
    return '<span class="pill">in progress</span> ' if silent < QUIET * every + 60 else ""

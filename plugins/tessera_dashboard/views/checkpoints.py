"""The checkpoints of a run, with what they began from."""

from __future__ import annotations

from tessera.runs.report import checkpoints_table, lineage
from tessera_dashboard.board import sheet
from tessera_dashboard.views.common import choose_run, refreshing, site


def show() -> None:
    chosen = choose_run()

    def table() -> None:
        known = lineage(list(site().runs().values()))
        sheet(checkpoints_table(chosen, known), "checkpoints")

    refreshing(table)

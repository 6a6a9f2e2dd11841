"""The lines of a check as a table for GPU.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tessera.gpu_check.stages import STAGES, Stage


def markdown(lines: Iterable[Mapping[str, Any]]) -> str:
    """A row for each stage, those that were not run too."""
    known = {line["stage"]: line for line in lines}
    rows = ["| stage | what it shows | result | figures | seconds |", "|---|---|---|---|---|"]
    for stage in STAGES:
        line = known.get(stage.name)
        if line is None:
            rows.append(f"| {stage.name} | {stage.shows} | not run | | |")
            continue
        result = line["status"] if not line["error"] else f"{line['status']}: {line['error']}"
        cells = (
            stage.name,
            stage.shows,
            result.replace("|", "/"),
            figures(stage, line["result"]),
            str(line["seconds"]),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def figures(stage: Stage, result: Any) -> str:
    """The numbers of a stage in words, those that are there."""
    found = {label: _at(result, keys.split(".")) for label, keys in stage.figures.items()}
    return ", ".join(f"{label} {_shown(value)}" for label, value in found.items() if value is not None)


def _at(document: Any, keys: list[str]) -> Any:
    for key in keys:
        if isinstance(document, list) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        elif isinstance(document, Mapping) and key in document:
            document = document[key]
        else:
            return None
    return document


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value)

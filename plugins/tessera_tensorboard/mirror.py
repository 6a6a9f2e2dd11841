"""One run as TensorBoard's events: every number of every line, at the step that line was written."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tessera.errors import MissingExtra
from tessera.runs import JsonLines, Row, Run

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

STEPS = ("steps", "step")
"""The training step, in training.jsonl and in the lines of evaluations."""


class Mirror:
    """Writes what a run has, and at each `refresh` what it has written since.

    A mirror that is begun again, or a run that was resumed from an earlier checkpoint, is written from its first line;
    TensorBoard is told to forget what it had.
    """

    def __init__(self, run: Run, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise MissingExtra("tessera tensorboard", "tensorboard", "tensorboard") from None
        self._run, self._folder, self._open = run, folder, SummaryWriter
        self._files = {"": run.training, "evaluation/": run.elo, "tile/": run.tiles}
        self._begin()

    def _begin(self) -> None:
        self._writer: SummaryWriter = self._open(str(self._folder), purge_step=0)
        self._written = dict.fromkeys(self._files, 0)
        self._newest: dict[str, Row] = {}

    def refresh(self) -> int:
        """Take in what was written since; how many lines that were."""
        self._run.refresh()
        if any(self._was_cut(group, lines) for group, lines in self._files.items()):
            self._writer.close()
            self._begin()
        taken = 0
        for group, lines in self._files.items():
            rows = lines[self._written[group] :]
            for row in rows:
                self._write(group, row)
            if rows:
                self._written[group], self._newest[group] = len(lines), rows[-1]
            taken += len(rows)
        self._writer.flush()
        return taken

    def _was_cut(self, group: str, lines: JsonLines) -> bool:
        count = self._written[group]
        return len(lines) < count or (count > 0 and lines[count - 1] != self._newest[group])

    def _write(self, group: str, row: Row) -> None:
        step = next((row[name] for name in STEPS if isinstance(row.get(name), int)), None)
        if step is None:
            return
        for name, value in _numbers(row):
            self._writer.add_scalar(group + name, value, step, walltime=_moment(row))

    def close(self) -> None:
        self._writer.close()


def _numbers(row: Row) -> Iterator[tuple[str, float]]:
    """`losses/total`, and `run/games` for what stands in no table of its own; steps are the axis."""
    for name, value in row.items():
        if isinstance(value, dict):
            yield from ((f"{name}/{inner}", number) for inner, number in value.items() if _is_number(number))
        elif _is_number(value) and name not in STEPS:
            yield f"run/{name}", value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _moment(row: Row) -> float | None:
    """Seconds since 1970 where the line is dated; those of older runs are not."""
    try:
        return datetime.fromisoformat(row["time"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return None

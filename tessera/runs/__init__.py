"""What a training run wrote down, read for whoever looks at it: pages, reports, the library. Neither numpy nor torch.

    run = open_run("runs/small")             # also while it trains, or after it was killed
    run.training.last["elo"]                 # the newest line of training.jsonl
    run.training.column("losses", "total")   # a number from every line, None where it says none
    run.checkpoints()                        # newest last, each with its parent's digest
    run.refresh()                            # what was written since; only that is read

Nothing here writes. A line that is torn (a kill, a power cut, one that is being written) is passed over; names that
older runs lack are absent, not an error. Start reading in folder.py; lines.py is a file of JSON lines,
checkpoints.py a folder of checkpoints; curves.py and report.py draw a run.
"""

from __future__ import annotations

from tessera.runs.checkpoints import Checkpoint
from tessera.runs.folder import Run, find_runs, open_run
from tessera.runs.lines import JsonLines, Row, number_at

__all__ = ["Checkpoint", "JsonLines", "Row", "Run", "find_runs", "number_at", "open_run"]

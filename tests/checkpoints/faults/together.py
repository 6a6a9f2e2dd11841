"""Several processes that save into one folder, each to a file of its own and to one they share; some are killed."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

from tests.checkpoints.faults.judge import Saver, Tally

SAVES = 25
"""Of each process to each of its two files."""
SECONDS = 0.1
"""The longest time to a kill."""


def together(folder: Path, trials: int, *, processes: int) -> Tally:
    """In every second trial one process is killed; no other may lose anything by that, or by a sweep of any."""
    tally, dice = Tally(f"{processes} processes, one folder, {SAVES} saves each to two files"), random.Random(processes)
    shared, own = folder / "shared.pth", [folder / f"{index}.pth" for index in range(processes)]
    tally.save_again(*own, shared, step=0)
    for trial in range(trials):
        first = (SAVES + 1) * trial + 1
        savers = [Saver(path, shared, first=first, count=SAVES) for path in own]
        killed = trial % 2
        if killed:
            time.sleep(SECONDS * dice.random())
        ends = [saver.end(signal.SIGKILL if killed and saver is savers[0] else 0) for saver in savers]
        tally.trials += 1
        tally.within += killed and ends[0].code != 0
        tally.misreported += sum(end.code != 0 for end in ends[killed:])
        for path, end in zip(own, ends, strict=True):
            tally.judge(path, least=end.done, most=end.begun)
        tally.judge(shared, least=first + SAVES - 1, most=first + SAVES - 1)
        tally.save_again(*own, shared, step=first + SAVES)
    return tally

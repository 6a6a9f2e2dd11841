"""SIGKILL at random moments of a process that saves one checkpoint after the other over the same file."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

from tessera import files
from tests.checkpoints.faults.judge import Saver, Tally, save

SECONDS = 0.02
"""The longest time to a kill: several saves."""


def kills(folder: Path, trials: int) -> Tally:
    tally, dice = Tally("SIGKILL at a random moment"), random.Random(5)
    target, step = folder / "net.pth", 0
    save(target, step)
    for _ in range(trials):
        saver = Saver(target, first=step + 1)
        saver.wait_for_a_save()
        time.sleep(SECONDS * dice.random())
        end = saver.end(signal.SIGKILL)
        tally.trials += 1
        tally.within += any(folder.glob(f".*{files.SUFFIX}"))
        tally.judge(target, least=end.done, most=end.begun)
        step = end.begun + 1
        tally.save_again(target, step=step)
    return tally

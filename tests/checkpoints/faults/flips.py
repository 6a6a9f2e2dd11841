"""One bit turned over anywhere in a sealed checkpoint."""

from __future__ import annotations

import os
import random
from pathlib import Path

from tessera.checkpoints import load, verify
from tessera.errors import CheckpointError
from tests.checkpoints.faults.judge import Tally, save
from tests.checkpoints.forge import CATALOG, valid


def flips(folder: Path, trials: int) -> Tally:
    """Half of them in a file that is mostly a tensor, half in one that is mostly names, numbers and digests."""
    tally, dice = Tally("one bit turned over"), random.Random(20261123)
    large, small = folder / "large.pth", folder / "small.pth"
    save(large, 1)
    small.write_bytes(valid())
    for trial in range(trials):
        path = (large, small)[trial % 2]
        at, bit = dice.randrange(path.stat().st_size), 1 << dice.randrange(8)
        _flip(path, at, bit)
        tally.trials += 1
        tally.corrupt += _accepted(path)
        _flip(path, at, bit)
    verify(large)
    verify(small)
    return tally


def _flip(path: Path, at: int, bit: int) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        (byte,) = os.pread(descriptor, 1, at)
        os.pwrite(descriptor, bytes([byte ^ bit]), at)
    finally:
        os.close(descriptor)


def _accepted(path: Path) -> bool:
    """By either reader; what they raise is a `CheckpointError` and nothing else."""
    for read in (lambda: verify(path), lambda: load(path, CATALOG, with_trainer=True)):
        try:
            read()
        except CheckpointError:
            continue
        return True
    return False

"""Numbered checkpoints, the process that saves them one after the other, and what may be found after a fault."""

from __future__ import annotations

import contextlib
import functools
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

import torch

from tessera.checkpoints import Manifest, Meta, verify
from tessera.checkpoints.tensors import write_checkpoint
from tessera.checkpoints.write import put
from tessera.errors import CheckpointError
from tests.checkpoints.forge import SETTINGS, toy

PAD = 30_000
"""Elements of the tensor that stands for a trainer's state: a save takes a millisecond or two. Fewer than torch splits
among threads (32,768): a forked process has none of its parent's and would wait for them for ever."""
BEGUN, DONE = 0, 1
WORD = struct.Struct("<BI")


class NotHere(Exception):
    """This machine, or this user, cannot provoke the fault; the text says why."""


@dataclass
class Tally:
    """What was found after so many faults; all but `trials` and `within` must be 0."""

    fault: str
    trials: int = 0
    within: int = 0
    """Trials whose fault struck in the middle of a save."""
    lost: int = 0
    """The file is missing, or older than what was reported as saved."""
    corrupt: int = 0
    """The file is not what any save wrote."""
    left_behind: int = 0
    """Something else is in the folder after the next save."""
    misreported: int = 0
    """The save said something else than what it had done."""

    @property
    def good(self) -> bool:
        return not (self.lost or self.corrupt or self.left_behind or self.misreported)

    def judge(self, target: Path, *, least: int, most: int) -> None:
        """The checkpoint at `target` must be whole and have a number from the last that was saved to the last begun."""
        try:
            step = verify(target).meta.step
        except CheckpointError:
            if target.exists():
                self.corrupt += 1
            else:
                self.lost += 1
            return
        self.lost += not least <= step <= most

    def save_again(self, *targets: Path, step: int) -> None:
        """The next saves must succeed and leave nothing but the files in the folder."""
        for target in targets:
            save(target, step)
            self.judge(target, least=step, most=step)
        self.left_behind += {path for path in targets[0].parent.iterdir() if path.name != "lost+found"} != set(targets)


@functools.lru_cache(8)
def numbered(step: int) -> Callable[[IO[bytes]], Manifest]:
    """Writes a checkpoint of that number; others have other bytes."""
    return functools.partial(
        write_checkpoint,
        module=toy(step),
        network="toy",
        settings=SETTINGS,
        meta=Meta(step=step),
        trainer={"pad": torch.full((PAD,), float(step))},
    )


def save(target: Path, step: int) -> None:
    put(numbered(step), target)


class End(NamedTuple):
    """How a `Saver` ended: the last number it had begun and the last it had saved (one before its first if none)."""

    begun: int
    done: int
    code: int
    """Exit code, or minus the signal."""


class Saver:
    """A process that saves `count` numbers from `first` on to each of its targets; it says what is begun and done.

    In that process `before` is called first.
    """

    def __init__(
        self, *targets: Path, first: int, count: int = 10**6, before: Callable[[], object] = lambda: None
    ) -> None:
        self._first, self._words, (self._read, write) = first, b"", os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(write)
            return
        code = 1
        try:
            before()
            for step in range(first, first + count):
                os.write(write, WORD.pack(BEGUN, step))
                for target in targets:
                    save(target, step)
                os.write(write, WORD.pack(DONE, step))
            code = 0
        finally:
            os._exit(code)

    def wait_for_a_save(self) -> None:
        """Until one is done, or the process is gone."""
        while len(self._words) < 2 * WORD.size and (more := os.read(self._read, WORD.size)):
            self._words += more

    def done(self) -> int:
        """The last number that it has reported as saved by now (one before its first if none)."""
        os.set_blocking(self._read, False)
        with contextlib.suppress(BlockingIOError):
            while more := os.read(self._read, 2**16):
                self._words += more
        os.set_blocking(self._read, True)
        return self._last()[DONE]

    def end(self, signal: int = 0) -> End:
        """Wait for it, or send it a signal and wait."""
        if signal:
            os.kill(self.pid, signal)
        with os.fdopen(self._read, "rb") as pipe:
            self._words += pipe.read()
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        last = self._last()
        return End(last[BEGUN], last[DONE], code)

    def _last(self) -> list[int]:
        last = [self._first - 1, self._first - 1]
        for kind, step in WORD.iter_unpack(self._words):
            last[kind] = step
        return last

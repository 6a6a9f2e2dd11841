"""Every system call of a save in turn: strace makes the kernel refuse it, or kills the process there."""

from __future__ import annotations

import collections
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from tessera.errors import DurabilityUncertain, NotCommitted
from tests.checkpoints.faults.judge import NotHere, Tally, numbered, save

SAVED, UNCERTAIN, REFUSED, RAISED = 0, 3, 4, 5
"""Exit codes of a process that saves once."""
FAULTS = ("error=EIO", "error=ENOSPC", "signal=SIGKILL")
TRACED = "trace=%file,%desc,getrandom"
"""Not the calls for memory: Python and the C library end the process when those fail, as SIGKILL does."""


def calls(folder: Path, every: int = 1) -> list[Tally]:
    """A tally for each fault; `every` so manyeth call is struck."""
    target, log = folder / "saves" / "net.pth", folder / "log"
    target.parent.mkdir()
    save(target, 0)
    _save_under_strace(target, 1, log)
    made = [match[1] for line in log.read_text().splitlines() if (match := re.match(r"(\w+)\(", line))]
    counts = collections.Counter(made)
    nth = [(name, which) for name, count in sorted(counts.items()) for which in range(1, count + 1)][::every]
    return [_struck(target, fault, nth, log) for fault in FAULTS]


def _struck(target: Path, fault: str, nth: list[tuple[str, int]], log: Path) -> Tally:
    killing = fault.startswith("signal")
    names = ", ".join(sorted({name for name, _ in nth}))
    tally = Tally(("SIGKILL at" if killing else fault.removeprefix("error=") + " from") + f" each call ({names})")
    step = 2
    save(target, step)
    for name, which in nth:
        code = _save_under_strace(target, step + 1, log, "-e", f"inject={name}:{fault}:when={which}")
        tally.trials += 1
        tally.within += 1
        least = step + (code in (SAVED, UNCERTAIN))
        tally.judge(target, least=least, most=step + 1 if killing else least)
        if code not in ((-signal.SIGKILL, SAVED) if killing else (SAVED, UNCERTAIN, REFUSED)):
            tally.misreported += 1
            print(f"{name} number {which}, {fault}: exit code {code}")
        step += 2
        tally.save_again(target, step=step)
    return tally


def _save_under_strace(target: Path, step: int, log: Path, *words: str) -> int:
    """The exit code of a process that saves once, with every system call of that in the log."""
    strace = shutil.which("strace")
    if strace is None:
        raise NotHere("needs strace")
    numbered(step)
    process = os.fork()
    if not process:
        code = RAISED
        try:
            os.kill(os.getpid(), signal.SIGSTOP)
            save(target, step)
            code = SAVED
        except NotCommitted:
            code = REFUSED
        except DurabilityUncertain:
            code = UNCERTAIN
        finally:
            os._exit(code)
    os.waitpid(process, os.WUNTRACED)
    command = [strace, "-p", str(process), "-o", str(log), "-e", TRACED, *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        attached = tracer.stderr.readline()
        os.kill(process, signal.SIGCONT if "attached" in attached else signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        if "attached" not in attached:
            raise NotHere(f"strace may not trace: {attached.strip()}")
    return code

"""A run that goes on while nobody looks: a small process beside it sees it crash or hang, and starts it again.

It goes on from the newest checkpoint that is whole, after a pause that doubles with every failure, and gives up
after so many failures in a row between which no newer checkpoint was made. What happened is a line of
`supervisor.jsonl` in the run's folder, with its time in UTC. Neither torch nor numba is loaded here.

Events: 'launched', 'damaged', 'crashed', 'hung', 'restarting', 'signal'; at the end 'finished', 'stopped' or
'gave_up'.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import psutil
from filelock import FileLock, Timeout

from tessera.errors import BadValue, BeyondHelp, CheckpointError, TesseraError
from tessera.gtp.processes import kill_session
from tessera.training.deaths import KILLED, described, out_of_memory_kills
from tessera.training.folder import RunFileError, RunFolder, append_line, utc_now
from tessera.training.heartbeat import Heartbeat

LOG, LOCK = "supervisor.jsonl", "supervisor.lock"
NO_PULSE = frozenset((LOG, LOCK, "report.html", "report.html.tmp"))
"""Files in the folder that others than the run write."""
POLL_SECONDS = 2.0
"""Between two looks at the run; its end is seen at once."""
SAME_SECONDS = 5.0
"""A process's start is reckoned from the machine's, which is corrected now and then."""
FINAL = (BadValue.exit_code, BeyondHelp.exit_code)
"""Exit codes of a run that would end the same way again."""
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

Emit = Callable[[str, Mapping[str, Any]], None]
"""emit(kind, data): tell the listeners."""
Position = tuple[int, int, int]
"""(steps, moves, games) of a checkpoint."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for what."""

    failures: int = 5
    """In a row without a newer checkpoint, after which it gives up."""
    hang_seconds: float = 900.0
    """Without a sign of life; 0: for ever."""
    grace_seconds: float = 60.0
    """For a run that hangs to end in order before it is killed: it may only have been slow."""
    backoff_seconds: float = 5.0
    """Before the first restart; twice as long before each that follows."""
    longest_seconds: float = 600.0
    """The most of that."""

    def delay(self, failures: int) -> float:
        """Seconds before the restart after so many failures in a row."""
        return min(self.longest_seconds, self.backoff_seconds * 2.0 ** min(failures - 1, 60))


class Supervisor:
    """Keeps one run going. `fresh` begins it, `resumed` goes on with it: the words of two command lines."""

    def __init__(
        self, fresh: Sequence[str], resumed: Sequence[str], folder: RunFolder, patience: Patience, emit: Emit
    ) -> None:
        self._fresh, self._resumed = list(fresh), list(resumed)
        self._folder, self._patience, self._emit = folder, patience, emit
        self._child: subprocess.Popen[bytes] | None = None
        self._asked: int | None = None
        """The signal that asked us to stop."""
        self._passed = False
        self._last_memory: dict[str, int] = {}

    def run(self) -> int:
        """Until it is done, was stopped, or is given up; the exit code. Raises `TesseraError`.

        The first Ctrl-C, SIGTERM or hang-up is passed on, and the run ends with a checkpoint; a second one insists.
        """
        with self._lock(), self._passing_on_signals():
            return self._keep_going()

    def _keep_going(self) -> int:
        failures, best, found = 0, None, self._newest()
        while True:
            best = max(filter(None, (best, found and found[1])), default=None)
            code = self._one_life(found and found[0])
            if self._asked is not None:
                return self._ended("stopped", code)
            if code == 0:
                return self._ended("finished", code)
            if code in FINAL:
                return self._give_up(code, f"{described(code)}: it would end the same way again")
            found = self._newest()
            progress = found is not None and (best is None or found[1] > best)
            failures = 1 if progress else failures + 1
            if failures >= self._patience.failures:
                return self._give_up(1, f"{failures} failures in a row without a newer checkpoint")
            delay = self._patience.delay(failures)
            newest = str(found[0]) if found else None
            self._tell("restarting", failures=failures, delay_seconds=delay, checkpoint=newest)
            if not self._sleep(delay):
                return self._ended("stopped", 0)

    def _newest(self) -> tuple[Path, Position] | None:
        """The checkpoint to go on from and where it stands; None for a run that never got to one."""
        try:
            found = self._folder.newest_whole(lambda text: self._tell("damaged", text=text))
        except CheckpointError as error:
            self._tell("gave_up", text=str(error))
            raise
        if found is None:
            return None
        meta = found[1].meta
        return found[0], (meta.step, meta.moves, meta.games)

    def _one_life(self, checkpoint: Path | None) -> int:
        """Start the run and stay with it until it has ended; its return code."""
        words = self._fresh if checkpoint is None else self._resumed
        began, kills = time.monotonic(), out_of_memory_kills()
        try:
            # A session of its own: Ctrl-C reaches it through us, once. Windows sends Ctrl-C to both.
            child = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
        except OSError as error:
            raise BadValue("COMMAND", words[0], f"a program that can be started ({error.strerror})") from None
        self._child = child
        if self._asked is not None and not self._passed:  # it came before there was anybody to pass it on to
            self._pass_on(signal.SIGTERM)
        newest = str(checkpoint) if checkpoint else None
        try:
            self._tell("launched", pid=child.pid, born=_born(child.pid), command=words, checkpoint=newest)
            hung = self._stay(child)
        except BaseException:
            self._end(child)  # without us nobody would see it crash
            raise
        finally:
            self._child = None
        code, facts = child.wait(), {"seconds": round(time.monotonic() - began, 1), **self._last_memory}
        if hung:
            self._tell("hung", **hung, **facts)
            return code or 1  # it ended in order, late: it still has to be started again
        if code not in (0, *FINAL) and self._asked is None:
            starved = code == KILLED and out_of_memory_kills() > kills
            why = "out of memory, killed by the kernel" if starved else described(code)
            self._tell("crashed", text=why, code=code, out_of_memory=starved, **facts)
        return code

    def _stay(self, child: subprocess.Popen[bytes]) -> dict[str, Any]:
        """Wait for its end, or end it when it hangs: what is to be said about that then."""
        limit, told = self._patience.hang_seconds, False
        heart = Heartbeat(self._folder.path, apart=NO_PULSE)
        while not _ends_within(child, min(POLL_SECONDS, limit / 4 or POLL_SECONDS)):
            told = told or self._told_of_the_signal()
            self._last_memory = _memory(child.pid)
            silent = heart.silence()
            if limit and silent > limit:
                return {"silent_seconds": round(silent, 2), "killed": self._end(child)}
        if not told:  # it may have ended at once
            self._told_of_the_signal()
        return {}

    def _told_of_the_signal(self) -> bool:
        """Tell of a signal that was passed on, if there was one."""
        if self._asked is not None:
            self._tell("signal", text=f"{signal.Signals(self._asked).name} is passed on")
        return self._asked is not None

    def _end(self, child: subprocess.Popen[bytes]) -> bool:
        """End the run in order, or kill it and all it has started; whether that was needed."""
        child.terminate()
        if _ends_within(child, self._patience.grace_seconds):
            return False
        kill_session(child.pid)
        child.wait()
        return True

    def _ended(self, kind: str, code: int) -> int:
        self._tell(kind, text=described(code), code=code)
        return code if code >= 0 else 128 - code

    def _give_up(self, code: int, text: str) -> int:
        self._tell("gave_up", text=text, code=code)
        return code

    def _sleep(self, seconds: float) -> bool:
        """False when a signal has ended the pause."""
        until = time.monotonic() + seconds
        while self._asked is None and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
        return self._asked is None

    def _tell(self, kind: str, **data: Any) -> None:
        """Into the folder and to the listeners. A full disk may be why the run died: no reason to die as well."""
        row = {"time": utc_now(), "kind": kind, **data}
        with contextlib.suppress(RunFileError):
            append_line(self._folder.path / LOG, row)
        self._emit(kind, {"folder": str(self._folder.path), **row})

    @contextmanager
    def _passing_on_signals(self) -> Iterator[None]:
        def pass_on(number: int, frame: FrameType | None) -> None:
            self._asked = number
            self._pass_on(number)

        before = {number: signal.getsignal(number) for number in SIGNALS}
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:  # as nohup wants it
                signal.signal(number, pass_on)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _pass_on(self, number: int) -> None:
        if self._child is not None and os.name != "nt":
            self._passed = True
            self._child.send_signal(signal.SIGINT if number == signal.SIGINT else signal.SIGTERM)

    def _lock(self) -> FileLock:
        """One supervisor for each folder, and none beside a run that has survived an earlier one."""
        folder = self._folder.path
        lock = FileLock(folder / LOCK, timeout=0)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise TesseraError(f"{folder}: another supervisor looks after this run") from None
        except OSError as error:
            raise BadValue("--out", str(folder), f"a folder that can be written ({error.strerror})") from None
        _refuse_survivor(folder)
        return lock


def _refuse_survivor(folder: Path) -> None:
    """Raise `TesseraError` when the last process that a supervisor started here is still there."""
    try:
        lines = (folder / LOG).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in reversed(lines):
        with contextlib.suppress(ValueError):  # a line that a power cut has torn
            row = json.loads(line)
            if row["kind"] == "launched":
                born = _born(row["pid"])
                if born is not None and row["born"] is not None and abs(born - row["born"]) < SAME_SECONDS:
                    cure = f"`kill {row['pid']}` ends it with a checkpoint"
                    raise TesseraError(f"{folder}: process {row['pid']} of an earlier supervisor still trains; {cure}")
                return


def _born(pid: int) -> float | None:
    """When a process was started; None where it is gone. Numbers of processes come again, with another time."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None


def _memory(pid: int) -> dict[str, int]:
    """Resident bytes of a process and what the machine had left, to look at after its death."""
    try:
        return {"memory": psutil.Process(pid).memory_info().rss, "available": psutil.virtual_memory().available}
    except psutil.Error:
        return {}


def _ends_within(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether it ends within so many seconds."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True

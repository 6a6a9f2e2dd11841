"""Runs stages one by one, each in a process of its own with a deadline; a line for each is on disk before the next."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tessera.files import append_line
from tessera.gpu_check.stages import Stage

RESULTS = "results.jsonl"
GRACE = 5.0
"""Seconds between SIGTERM and SIGKILL."""

Line = dict[str, Any]


class GpuCheck:
    """The stages of one folder. What is done there is not done again."""

    def __init__(self, out: Path, values: Mapping[str, str]) -> None:
        """`values` fill the braces of the stages' words."""
        self.out = out
        self.values = {**values, "out": str(out)}
        (out / "logs").mkdir(parents=True, exist_ok=True)

    def lines(self) -> list[Line]:
        """The newest line of each stage, in the order of their first ones. A torn line is passed over."""
        found: dict[str, Line] = {}
        path = self.out / RESULTS
        for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            with suppress(json.JSONDecodeError):
                line = json.loads(text)
                found[line["stage"]] = line
        return list(found.values())

    def done(self) -> set[str]:
        return {line["stage"] for line in self.lines() if line["status"] == "done"}

    def run(
        self, stages: Sequence[Stage], *, seconds: float, again: bool = False, begin: Callable[[Stage], None]
    ) -> Iterator[Line]:
        """Runs what is not done, in so many seconds; `begin` is told of each. The line of each, once it is on disk."""
        end = time.monotonic() + seconds
        done = set() if again else self.done()
        for stage in stages:
            left = end - time.monotonic()
            if stage.name in done or left < stage.least:
                continue
            begin(stage)
            line = self._run(stage, min(stage.seconds, left))
            self._write(line)
            yield line

    def _run(self, stage: Stage, seconds: float) -> Line:
        log = self.out / "logs" / f"{stage.name.replace(' ', '-').replace(',', '')}.txt"
        start = time.monotonic()
        with log.open("wb") as errors:
            process = subprocess.Popen(
                stage.command(self.values), stdout=subprocess.PIPE, stderr=errors, start_new_session=True
            )
            try:
                said, _ = process.communicate(timeout=seconds)
                in_time = True
            except subprocess.TimeoutExpired:
                said, in_time = _end(process), False
            except BaseException:
                _end(process)
                raise
        status, error, result = "done", "", _document(said)
        if not in_time:
            status, error = "deadline", f"not ready after {seconds:.0f} s"
        elif process.returncode != 0 or result is None:
            status, error = "failed", _last_line(log) or f"exit code {process.returncode}, no JSON"
        return {
            "time": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "stage": stage.name,
            "status": status,
            "seconds": round(time.monotonic() - start, 1),
            "error": error,
            "values": self.values,
            "result": result,
        }

    def _write(self, line: Line) -> None:
        descriptor = os.open(self.out / RESULTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            append_line(descriptor, json.dumps(line).encode() + b"\n", durable=True)
        finally:
            os.close(descriptor)


def _end(process: subprocess.Popen[bytes]) -> bytes:
    """Ends a stage with all it started: asked first, then killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            said, _ = process.communicate(timeout=GRACE)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # what outlives its parent
            return said
    return b""


def _document(said: bytes) -> Any:
    """The JSON document that a stage printed; None where there is none."""
    text = said.decode(errors="replace").strip()
    for candidate in (text, text.rpartition("\n")[2]):
        with suppress(json.JSONDecodeError):
            return json.loads(candidate)
    return None


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else ""

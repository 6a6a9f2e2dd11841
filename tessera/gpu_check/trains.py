"""A short run on a device, then resumed: `python -m tessera.gpu_check.trains --device cuda --out DIR --minutes 1`.

One JSON document: the plan beside what was measured, the speed, and whether the run went on where it was.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

MiB = 2**20


def trains(device: str, out: Path, minutes: float) -> dict[str, Any]:
    run = out / "run"
    shutil.rmtree(run, ignore_errors=True)
    preset = "9x9" if device.startswith("cuda") else "5x5"
    _tessera("train", "--preset", preset, "--device", device, "--minutes", str(minutes), "--out", str(run))
    first = _rows(run)[-1]
    _tessera("train", "--resume", "--out", str(run), "--minutes", str(2 * minutes))
    last = _rows(run)[-1]
    on_gpu = last["device_memory"] is not None
    measured = last["device_memory_peak"] if on_gpu else last["memory_peak"]
    return {
        "games_per_hour": last["games_per_hour"],
        "planned_mib": round(last["memory_planned"] / MiB),
        "measured_mib": round(measured / MiB),
        "of": "device" if on_gpu else "process",
        "resumed": last["games"] >= first["games"] > 0 and last["steps"] >= first["steps"],
        "first": first,
        "last": last,
    }


def _tessera(*words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "tessera", *words], capture_output=True, text=True, check=False)
    sys.stderr.write(done.stdout[-4000:] + done.stderr[-4000:])
    if done.returncode != 0:
        raise SystemExit(f"tessera {words[0]} ended with {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")


def _rows(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "training.jsonl").read_text().splitlines()]


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--device", default="cuda")
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--minutes", type=float, default=1.0)
    given = words.parse_args()
    sys.stdout.write(json.dumps(trains(given.device, given.out, given.minutes)) + "\n")


if __name__ == "__main__":
    main()

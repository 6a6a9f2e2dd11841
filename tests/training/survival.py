"""A run of 100,000 games that is killed again and again: does it end, is anything lost or doubled, does memory grow?

    python -m tests.training.survival --out runs/hundred                # an evaluation per 100 games: 1,000 clean rooms
    python -m tests.training.survival --out runs/short --games 1000 --kills 2

`tessera supervise` trains; at times drawn from a seed its child is killed with SIGKILL. The table at the end is for
BENCHMARKS.md; the exit code is 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

MiB = 2**20
WARM_UP = 10_000
"""Games after which memory has to be flat, or a tenth of a short run."""
CONFIG = """network = "tower"
trainer = "policy-gradient"
evaluator = "torch"
games = {games}
checkpoint_games = 100
evaluation_size = 5
evaluation_games = 2
anchors = []
clean_room = "always"
keep_networks = 20

[network_settings]
blocks = 1
width = 16
pool_every = 0

[trainer_settings]
sizes = {{ 5 = 64 }}
window = 20000
moves_per_iteration = 8
"""
TESSERA = str(Path(sys.executable).with_name("tessera"))


def train(out: Path, games: int, kills: int, seed: int) -> int:
    """The exit code of the supervisor. Kills fall where the run has played its share of games, and a little later."""
    config = out.parent / f"{out.name}.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(CONFIG.format(games=games))
    run = [TESSERA, "train", "--config", str(config), "--out", str(out)]
    supervisor = subprocess.Popen([TESSERA, "supervise", "--backoff", "1", "--", *run], stdout=subprocess.DEVNULL)
    draws = random.Random(seed)
    for kill in range(1, kills + 1):
        while supervisor.poll() is None and played(out) < games * kill // (kills + 1):
            time.sleep(1)
        time.sleep(draws.uniform(0, 8))
        for child in psutil.Process(supervisor.pid).children() if supervisor.poll() is None else []:
            child.send_signal(signal.SIGKILL)
            print(f"killed at {played(out):,} games", flush=True)
    return supervisor.wait()


def played(out: Path) -> int:
    rows = list(lines(out / "training.jsonl"))
    return int(rows[-1]["games"]) if rows else 0


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """What is written so far; the last line may be on its way."""
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            return


def faults(out: Path, games: int) -> list[str]:
    """What was lost or doubled, in words."""
    rows, judged = list(lines(out / "training.jsonl")), list(lines(out / "elo.jsonl"))
    tiles = [tile["tile"] for tile in lines(out / "elo_tiles.jsonl")]
    # Games are written as they end, so their numbers come in another order.
    numbers = sorted(record["number"] for record in lines(out / "evaluation" / "games.jsonl") if "number" in record)
    found = []
    if not rows or rows[-1]["games"] < games:
        found.append(f"it ended after {rows[-1]['games'] if rows else 0} games")
    for name, table in (("training.jsonl", rows), ("elo.jsonl", judged)):
        counts = [row["games"] for row in table]
        if counts != sorted(counts) or len({row["step" if "step" in row else "steps"] for row in table}) < len(table):
            found.append(f"{name} goes back, or has a step twice")
    if tiles != list(range(games // 100)) and tiles != list(range(rows[-1]["games"] // 100)):
        found.append(f"{len(tiles)} tiles")
    if numbers != list(range(1, len(numbers) + 1)):
        found.append("games of evaluations are missing or there twice")
    if len(judged) < games // 110:
        found.append(f"{len(judged)} evaluations")
    return found


def slope(rows: Sequence[Mapping[str, Any]], name: str) -> tuple[float, float, float]:
    """(per 10,000 games by least squares, first, last) after the warm-up, each life of the process by itself.

    A process begins small: what counts is the growth within one, so the lives' own means are taken off.
    """
    xs, ys, all_ = [], [], []
    for life in lives(rows):
        x = np.array([row["games"] for row in life], float)
        y = np.array([row[name] for row in life], float)
        xs.append(x - x.mean())
        ys.append(y - y.mean())
        all_ += list(y)
    x, y = np.concatenate(xs), np.concatenate(ys)
    return float((x * y).sum() / (x * x).sum() * 10_000), all_[0], all_[-1]


def lives(rows: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Rows of each process, without the first fifth of them: the high-water mark falls where a new one begins."""
    found: list[list[Mapping[str, Any]]] = []
    for before, row in zip([None, *rows], rows, strict=False):
        if before is None or row["memory_peak"] < before["memory_peak"]:
            found.append([])
        found[-1].append(row)
    return [life[len(life) // 5 :] for life in found if len(life) > 3]


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--games", type=int, default=100_000)
    words.add_argument("--kills", type=int, default=10)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    began = time.monotonic()
    code = train(given.out, given.games, given.kills, given.seed)
    wrong = faults(given.out, given.games) + ([f"the supervisor's exit code is {code}"] if code else [])
    rows = [row for row in lines(given.out / "training.jsonl") if row["games"] >= min(WARM_UP, given.games // 10)]
    events = [event["kind"] for event in lines(given.out / "supervisor.jsonl")]
    print(f"{given.games:,} games, {time.monotonic() - began:,.0f} s, {os.cpu_count()} cores; {given.kills} kills")
    print(f"events: {', '.join(f'{events.count(name)} {name}' for name in dict.fromkeys(events))}")
    for name in ("memory", "room_bytes", "room_tensors"):
        growth, first, last = slope(rows, name)
        unit, of = (1, "tensors") if name == "room_tensors" else (MiB, "MiB")
        ends = f"first {first / unit:,.1f}, last {last / unit:,.1f}"
        print(f"{name}: {growth / unit:+.3f} {of} per 10,000 games; {ends}")
        if name == "memory" and growth > MiB:
            wrong.append("memory grows")
    print("\n".join(f"WRONG: {each}" for each in wrong) or "nothing lost, nothing doubled")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())

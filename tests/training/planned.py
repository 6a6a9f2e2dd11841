"""Memory, planned and measured, by the number of games in flight: the table the project's first experiment ran out of.

    python -m tests.training.planned                        # 16, 64, 128, 1024, 4096 games on 9x9, a minute each

Each row is a process of its own. Planned: `TrainerSpec.plan`, the parts that last. Held: the bytes of these parts'
arrays. Resident: what the process grew by at most since its kernels were compiled; pages never touched take none.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time

from tessera.interfaces.trainer import Accountable
from tessera.memory.held import held_bytes
from tessera.memory.process import peak_bytes, resident_bytes
from tessera.plugins import build_manager
from tessera.training import assembly
from tessera.training.config import RunConfig

MiB = 2**20
GAMES = (16, 64, 128, 1024, 4096)
FLEETING = ("learning from a batch", "evaluating a batch", "checkpoint")
"""Parts of a plan that are there for a moment."""


def one(games: int, trainer: str, seconds: float) -> dict[str, float]:
    """Trains so long; bytes."""
    manager = build_manager()
    network = {"blocks": 2, "width": 32}
    few, many = ({"sizes": {9: count}, "window": 20_000} for count in (1, games))
    config = RunConfig(network="tower", trainer=trainer, network_settings=network, evaluator="torch")
    warm = assembly._build_trainer(manager, assembly.adjusted(config, {"trainer_settings": few}))[0]
    warm.step()
    del warm
    config = assembly.adjusted(config, {"trainer_settings": many})
    plan = assembly.plan_memory(manager, config)
    assert plan is not None
    before = resident_bytes()
    built = assembly._build_trainer(manager, config)[0]
    assert isinstance(built, Accountable)
    end, moves = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        moves = built.step().moves
    held = held_bytes(built.memory_parts())
    parts = {name: size for name, size in plan.parts.items() if name not in FLEETING}
    grown = peak_bytes() - before
    return {
        "planned": sum(parts.values()),
        "total": plan.total,
        "held": sum(held.values()),
        "grown": grown,
        "moves": moves,
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--trainer", default="gumbel")
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--games", type=int, nargs="*", default=GAMES)
    options.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one is not None:
        print(json.dumps(one(given.one, given.trainer, given.seconds)))
        return
    print("| games | planned, lasting parts | held | held / planned | planned in all | resident, grown by | moves |")
    print("|---|---|---|---|---|---|---|")
    for games in given.games:
        command = [sys.executable, "-m", "tests.training.planned", "--one", str(games)]
        command += ["--trainer", given.trainer, "--seconds", str(given.seconds)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        row = json.loads(done.stdout.splitlines()[-1])
        planned, held, total, grown = (f"{row[name] / MiB:,.0f} MiB" for name in ("planned", "held", "total", "grown"))
        ratio = row["held"] / row["planned"]
        print(f"| {games} | {planned} | {held} | {ratio:.2f} | {total} | {grown} | {row['moves']:,} |", flush=True)


if __name__ == "__main__":
    main()

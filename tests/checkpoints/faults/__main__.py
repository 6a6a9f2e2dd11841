"""All faults, many times: the table of BENCHMARKS.md. Root and strace are needed for all of it; takes ten minutes."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from tests.checkpoints.faults.calls import calls
from tests.checkpoints.faults.disks import broken, full, power_cuts
from tests.checkpoints.faults.flips import flips
from tests.checkpoints.faults.judge import NotHere, Tally
from tests.checkpoints.faults.kills import kills
from tests.checkpoints.faults.together import together

Provoke = Callable[[Path], Tally | list[Tally]]
ALL: dict[str, Provoke] = {
    "calls": calls,
    "kills": partial(kills, trials=1000),
    "two": partial(together, trials=40, processes=2),
    "eight": partial(together, trials=20, processes=8),
    "full": partial(full, trials=200),
    "broken": partial(broken, trials=50),
    "power": partial(power_cuts, trials=300),
    "power-xfs": partial(power_cuts, trials=300, kind="xfs"),
    "power-unsynced": partial(power_cuts, trials=30, synced=False),
    "flips": partial(flips, trials=10_000),
}


def main(names: Iterable[str]) -> int:
    """Print a row for each fault; 0 when nothing was lost but where it must be."""
    print("| fault | trials | within a save | lost | corrupt | left behind | reported wrongly |")
    print("|---|---|---|---|---|---|---|")
    good = True
    for name in names:
        with tempfile.TemporaryDirectory(prefix="tessera-faults-") as scratch:
            try:
                found = ALL[name](Path(scratch))
            except NotHere as reason:
                print(f"| {name} | not tried: {reason} | | | | | |")
                continue
        for tally in found if isinstance(found, list) else [found]:
            cells = tally.trials, tally.within, tally.lost, tally.corrupt, tally.left_behind, tally.misreported
            print(f"| {tally.fault} | " + " | ".join(f"{cell:,}" for cell in cells) + " |", flush=True)
            good &= tally.good != (name == "power-unsynced")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ALL))

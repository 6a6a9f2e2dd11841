"""A checkpoint beside torch's own, in turns: `tessera bench save`.

Ours is `tessera.checkpoints.save`: written tensor by tensor and hashed on the way, synced, read back and compared.
Beside it the least that is as durable and as sure of what it reads later: `torch.save`, fsync, and a SHA-256 of the
file. The state is one tensor of half the size and many of 1 MiB, random, so that nothing on the way can be left out.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from tessera.checkpoints import save
from tessera.training.sizing import measure

TURNS = 5
MIB = 2**20


@dataclass(frozen=True)
class SaveReport:
    """Medians over the turns; ratios are ours by torch's of the same turn."""

    mib: int
    seconds: float
    torch_seconds: float
    ratio: float
    ratio_low: float
    ratio_high: float
    cpu_ratio: float
    """The same of CPU time."""
    extra_mib: float
    """The most memory that a save of ours held beyond what was held before."""
    torch_extra_mib: float

    def as_dict(self) -> dict[str, int | float]:
        return asdict(self)


def compare(mib: int, folder: Path, *, progress: Callable[[int], None] = lambda _: None) -> SaveReport:
    """Save a state of so many MiB (2 at least) into a folder that is gone afterwards, below `folder`."""
    small = mib // 2
    state = {"large": torch.randint(256, ((mib - small) * MIB,), dtype=torch.uint8)}
    state |= {f"small_{index}": torch.randn(MIB // 4) for index in range(small)}
    with tempfile.TemporaryDirectory(prefix="tessera-bench-", dir=folder) as scratch:
        path, module = Path(scratch) / "state.pth", nn.Linear(1, 1)

        def ours() -> None:
            save(path, module, network="bench", settings={}, trainer=state)

        def theirs() -> None:
            with path.open("w+b") as file:
                torch.save(state, file)
                file.flush()
                os.fsync(file.fileno())
                file.seek(0)
                hashlib.file_digest(file, "sha256")

        ours()  # what is imported once
        times: dict[Callable[[], None], list[tuple[float, float, int]]] = {ours: [], theirs: []}
        for _ in range(TURNS):
            for work, taken in times.items():
                path.unlink(missing_ok=True)
                wall, cpu = time.perf_counter(), time.process_time()
                extra = measure(work, "cpu") or 0
                taken.append((time.perf_counter() - wall, time.process_time() - cpu, extra))
                progress(1)
    ratios = [mine[0] / other[0] for mine, other in zip(*times.values(), strict=True)]
    seconds, torch_seconds = (statistics.median(wall for wall, _, _ in taken) for taken in times.values())
    peak, torch_peak = (max(extra for _, _, extra in taken) / MIB for taken in times.values())
    return SaveReport(
        mib=mib,
        seconds=seconds,
        torch_seconds=torch_seconds,
        ratio=statistics.median(ratios),
        ratio_low=min(ratios),
        ratio_high=max(ratios),
        cpu_ratio=statistics.median(mine[1] / other[1] for mine, other in zip(*times.values(), strict=True)),
        extra_mib=peak,
        torch_extra_mib=torch_peak,
    )

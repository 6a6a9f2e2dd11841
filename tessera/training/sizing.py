"""How many games to play at once: planned from shapes, checked against the device's memory, confirmed by one step.

Only for the beginning of a run. What is found is written into its config; a run that goes on keeps it.
"""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

from tessera.errors import BadValue
from tessera.interfaces.trainer import DryRunnable, MemoryPlan, TrainerSpec
from tessera.memory.process import available_bytes, resident_bytes
from tessera.nn.allocator import give_back_freed_memory

LEAST = 16
MOST_PER_THREAD = 128
"""On a CPU more games at once bring little: its cores are busy with one batch of this size."""
MOST_ON_A_GPU = 16_384
SHARE = 0.7
"""Share of the free memory that a plan may take."""
SAMPLE_SECONDS = 0.005


@dataclass(frozen=True)
class Sizing:
    """A number of games in flight, the plan for it, and what one step really took."""

    games: int
    plan: MemoryPlan
    free: int
    """Bytes that were free before."""
    measured: int
    """Bytes that building the trainer and a dry run of a step took at most. On a CPU memory that was not touched yet,
    such as an empty replay, takes none: there it is less than the plan."""


def choose(
    spec: TrainerSpec, module: nn.Module, device: str, *, settings: Any, threads: int, games: int | None
) -> Sizing:
    """The plan for `games` in flight, or for as many as fit (None). Raises `BadValue` where nothing fits."""
    if spec.plan is None:
        raise BadValue("--batch", "auto" if games is None else games, "a trainer that can plan", "leave --batch out")
    free = free_bytes(device)
    on_gpu = torch.device(device).type == "cuda"
    most = MOST_ON_A_GPU if on_gpu else MOST_PER_THREAD * threads
    wanted = [games] if games is not None else _halvings(most)
    for count in wanted:
        plan = spec.plan(module, count, settings)
        if plan.total > SHARE * free:
            continue
        # Compiled kernels and the like are loaded once and are no part of the plan.
        _dry_run(spec, module, device, spec.plan(module, 1, settings))
        measured = measure(partial(_dry_run, spec, module, device, plan), device)
        if measured is not None and measured <= free:
            return Sizing(count, plan, free, measured)
    smallest = spec.plan(module, wanted[-1], settings).total
    allowed = f"a plan within {SHARE:.0%} of the {mib(free)} that are free; this one is {mib(smallest)}"
    raise BadValue("--batch", wanted[-1], allowed, "fewer games, a smaller window or network")


def mib(count: int) -> str:
    """Bytes for people."""
    return f"{count / 2**20:,.0f} MiB"


def _halvings(most: int) -> list[int]:
    counts = [most]
    while counts[-1] // 2 >= LEAST:
        counts.append(counts[-1] // 2)
    return counts


def _dry_run(spec: TrainerSpec, module: nn.Module, device: str, plan: MemoryPlan) -> None:
    """One dry run of a trainer that is thrown away, on a copy of the network."""
    with torch.random.fork_rng():
        trainer = spec.build(copy.deepcopy(module), device, 0, plan.settings)
        assert isinstance(trainer, DryRunnable), f"trainer {spec.name!r} plans, so it has to have a `dry_run`"
        trainer.dry_run()


def measure(work: Callable[[], None], device: str) -> int | None:
    """Most bytes that `work` held beyond what was held before; None when memory ran out."""
    try:
        if torch.device(device).type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
            before = torch.cuda.memory_allocated(device)
            work()
            return torch.cuda.max_memory_allocated(device) - before
        give_back_freed_memory()
        with _Watch() as watch:
            work()
        return watch.most
    except (torch.OutOfMemoryError, MemoryError):
        return None


class _Watch:
    """The process's memory, looked at every few milliseconds: the system keeps no peak that can be reset everywhere."""

    def __enter__(self) -> _Watch:
        self._before, self.most = resident_bytes(), 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.is_set():
            self.most = max(self.most, resident_bytes() - self._before)
            time.sleep(SAMPLE_SECONDS)


def free_bytes(device: str) -> int:
    """Memory that can be had on the device now."""
    if torch.device(device).type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return available_bytes()

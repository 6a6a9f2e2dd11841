"""One batch on several threads of the CPU: a whole slice of it on each, so that they meet once and not in every layer.

torch's own threads share every single operation and spin until the last of them is done. On a machine with other
work one of them always waits for a core: 256 positions of 9x9 took 89 ms on one thread, 45 on two of an idle machine,
and 5,400 on two of a busy one. Slices take 48 and no longer than one thread, and a batch that is too small for them
wakes nobody. The result depends on how many slices there are, and never on who computed which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor

from tessera.interfaces.network import Outputs

WORTH_A_THREAD = 2**29
"""Multiplications (parameters x points x positions) of a slice, 8 ms on the CPU this was measured on. Below it handing
over costs more than it saves: two threads on half as much took 77% of the time of one, for 145% of the processor."""

Evaluate = Callable[[Tensor, Tensor], Outputs]


class Shares:
    """Evaluates batches with at most `threads` threads, the caller's among them. One caller at a time."""

    def __init__(self, evaluate: Evaluate, *, parameters: int, threads: int) -> None:
        """`evaluate` is called from several threads at once; `parameters` of the network say what a position costs."""
        self._evaluate, self._parameters, self._threads = evaluate, parameters, threads
        self._pool: ThreadPoolExecutor | None = None

    def slices(self, planes: Tensor) -> int:
        """In how many pieces a batch of planes [B, F, N, N] is evaluated."""
        positions = len(planes)
        work = self._parameters * planes.shape[-1] * planes.shape[-2] * positions
        return max(1, min(self._threads, positions, work // WORTH_A_THREAD))

    def evaluate(self, planes: Tensor, globals_: Tensor) -> Outputs:
        """planes [B, F, N, N], globals_ [B, G] -> Outputs."""
        count = self.slices(planes)
        with one_torch_thread():
            if count == 1:
                return self._evaluate(planes, globals_)
            parts = zip(torch.tensor_split(planes, count), torch.tensor_split(globals_, count), strict=True)
            return _joined(self._shared([partial(self._evaluate, *part) for part in parts]))

    def _shared(self, work: Sequence[Callable[[], Outputs]]) -> list[Outputs]:
        """The results in order. What no thread has begun, ours does once it is free: a busy machine starts few."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(
                self._threads - 1, "slices", initializer=torch.set_num_threads, initargs=(1,)
            )
        begun = [self._pool.submit(each) for each in work[1:]]
        results = [work[0]()]
        for future, each in zip(begun, work[1:], strict=True):
            results.append(each() if future.cancel() else future.result())
        return results


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """torch computes on the calling thread alone, and gets its number of threads back afterwards (0.2 us)."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _joined(parts: Sequence[Outputs]) -> Outputs:
    return Outputs(*(torch.cat(pieces) for pieces in zip(*parts, strict=True)))

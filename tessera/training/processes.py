"""The processes that learn together, and what they tell each other; a process that is alone tells nobody anything.

    torchrun --nproc-per-node 2 -m tessera train --preset 9x9 --out runs/two

Each plays games of its own and learns from its own batch; weights are the same everywhere, since they start the same
and follow the mean of all gradients. These go into one message with the losses: some megabytes, which torch's
DistributedDataParallel would spread over the backward pass at the price of a wrapper around the module, whose layers
are probed, averaged and saved by name here. What the guard judges is reduced as well, so all processes judge alike.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from tessera.errors import TesseraError

PATIENCE = timedelta(days=7)
"""How long a process waits for the others: an evaluation may take hours. One that is gone is noticed at once."""
END = "end"


class ProcessLost(TesseraError):
    """Another process of the run is gone."""


class Processes:
    """This process among `count` that learn together."""

    def __init__(self, rank: int = 0, count: int = 1) -> None:
        self.rank, self.count = rank, count

    def mean_(self, tensors: Sequence[Tensor]) -> None:
        """Make each of these, in place, its mean over all processes."""
        if self.count == 1:
            return
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        _tell(dist.all_reduce, flat)
        flat /= self.count
        parts = flat.split([tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))

    def largest(self, tensor: Tensor) -> Tensor:
        """The largest of all processes, number by number; infinite where one is not a number."""
        if self.count > 1:
            tensor = tensor.float().nan_to_num(torch.inf, torch.inf)
            _tell(dist.all_reduce, tensor, dist.ReduceOp.MAX)
        return tensor

    def all(self, flag: Tensor) -> Tensor:
        """Whether it is true everywhere."""
        return flag if self.count == 1 else self.largest(1.0 - flag.float()) == 0.0

    def least(self, numbers: Sequence[int]) -> list[int]:
        """The smallest of all processes, number by number."""
        return [min(each) for each in zip(*self.gathered(list(numbers)), strict=True)]

    def gathered(self, value: Any) -> list[Any]:
        """The values of all processes, in their order."""
        if self.count == 1:
            return [value]
        found = [None] * self.count
        _tell(dist.all_gather_object, found, value)
        return found

    def gathered_by_the_first(self, value: Any) -> list[Any]:
        """The same for the first process, none for the others."""
        found = [None] * self.count if self.rank == 0 else None
        _tell(dist.gather_object, value, found)
        return found or []

    def of_the_first(self, value: Any) -> Any:
        """The value of the first process."""
        if self.count == 1:
            return value
        told = [value]
        _tell(dist.broadcast_object_list, told)
        return told[0]

    def handed_out(self, values: Sequence[Any] | None) -> Any:
        """This process's own of the values that the first one hands out, one for each."""
        own = [None]
        _tell(dist.scatter_object_list, own, None if values is None else list(values))
        return own[0]

    def end(self) -> None:
        """Tell the processes that follow this one that there is nothing more to do."""
        with contextlib.suppress(ProcessLost):  # who is gone needs no end
            self.of_the_first((END, None))

    def own_device(self, device: str) -> str:
        """Where this process works: of the GPUs of a machine each takes its own."""
        own = os.environ.get("LOCAL_RANK")
        return f"cuda:{own}" if self.count > 1 and device == "cuda" and own is not None else device

    def same_(self, tensors: Sequence[Tensor]) -> None:
        """Make each of these, in place, what it is in the first process."""
        if self.count > 1:
            for tensor in tensors:
                _tell(dist.broadcast, tensor, 0)


ALONE = Processes()
_here = ALONE


def here() -> Processes:
    """This process among those that learn together, from `together` on; before, it is alone."""
    return _here


def together(processes: Processes) -> None:
    """From now on what is built here learns with the others."""
    global _here
    _here = processes


@contextmanager
def joined() -> Iterator[Processes]:
    """The processes that torchrun, or whoever sets the same variables, has started."""
    count = int(os.environ.get("WORLD_SIZE", "1")) if "RANK" in os.environ else 1
    if count == 1:
        yield ALONE
        return
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    _tell(dist.init_process_group, backend, timeout=PATIENCE)
    try:
        yield Processes(dist.get_rank(), count)
    finally:
        together(ALONE)
    _tell(dist.barrier)  # who leaves early cuts the connections of those that are still at work
    dist.destroy_process_group()  # not after an error: connections to who is gone cannot be closed in order


def _tell(collective: Callable[..., object], *args: Any, **kwargs: Any) -> None:
    try:
        collective(*args, **kwargs)
    except RuntimeError as error:  # what torch raises when a connection is closed, and its errors of networks
        raise ProcessLost(
            f"another process of this run is gone ({' '.join(str(error).split())[:100]}); "
            "the run can be resumed from its last checkpoint"
        ) from error

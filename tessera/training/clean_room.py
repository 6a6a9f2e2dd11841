"""An evaluation with nothing of the training in memory: the trainer leaves, comes back bit for bit, and that is proven.

What a trainer holds is in its `state_dict` or can be made again. So to leave is to give up the trainer itself, its
state staged in main memory; to come back is to build another and load it. What the trainer did not take along and what
the evaluation left behind is found by comparing what is alive (memory/sanitizer.py), and told in words.

The experiment this project grew from ran out of memory for weeks because a hook on its network kept the hidden states
of every evaluation. Such a thing is named here at the first one, with the line that did it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import torch

from tessera.errors import TesseraError
from tessera.interfaces.trainer import Trainer
from tessera.memory.live import Snapshot, snapshot
from tessera.memory.process import available_bytes, total_bytes
from tessera.memory.sanitizer import VRAMSanitizer, leaks
from tessera.nn.allocator import give_back_freed_memory
from tessera.nn.symmetry import forget_tables
from tessera.training.state_tree import difference, tensors_in, to_host

When = Literal["always", "short", "never"]
SHARE = 0.2
"""Memory is short where less of it than this is free."""
CONSTANTS = 4096
"""Bytes that may stay: compilers of evaluators keep a handful of scalars for good. A leak of less per evaluation adds
up beside the floor, and is named when it has come to more."""


class NotRestored(TesseraError):
    """A trainer came back other than it left."""


class CleanRoom:
    """Holds the trainer of a run, and takes it away for the time of an evaluation.

    rebuild() -> the same trainer with any weights; without it the trainer stays. `device`: where it trains. `floor`:
    what was alive before it was built; None: what is left when it leaves for the first time.
    """

    def __init__(
        self,
        trainer: Trainer,
        rebuild: Callable[[], Trainer] | None = None,
        *,
        when: When = "never",
        device: str = "cpu",
        floor: Snapshot | None = None,
    ) -> None:
        self._trainer: Trainer | None = trainer
        self._rebuild, self._when, self._device, self._floor = rebuild, when, device, floor
        self.what_stayed: list[str] = []
        """Of the last evaluation, in words: what should have gone and did not."""
        self.left = False
        """Whether the trainer had left for it."""
        self.alive: Snapshot | None = None
        """What was alive when it began, the state that waits for the trainer left out."""

    @property
    def trainer(self) -> Trainer:
        """It is not there during an evaluation for which it has left."""
        assert self._trainer is not None, "the trainer has left for an evaluation"
        return self._trainer

    @contextmanager
    def evaluation(self) -> Iterator[None]:
        """The time of an evaluation. However it ends the trainer is back; what stayed is known of one that ended well.

        Raises `NotRestored`. Looking at what is alive takes about a second; 'never' saves that too.
        """
        if self._when == "never":
            yield
            return
        self.left, self.what_stayed = self._is_due(), []
        state = self._leave() if self.left else None
        before = snapshot()
        self.alive = before.without(tensors_in(state))
        try:
            yield
            self.what_stayed += [
                f"the evaluation left behind {each}" for each in leaks(before, snapshot(), allowed=CONSTANTS)
            ]
        finally:
            if state is not None:
                self._come_back(state)

    def _is_due(self) -> bool:
        return self._rebuild is not None and (self._when == "always" or memory_is_short(self._device))

    def _leave(self) -> dict[str, Any]:
        """The state of the trainer, in main memory; the trainer itself is gone."""
        trainer, self._trainer = self.trainer, None
        watch = VRAMSanitizer(must_die=[trainer, trainer.network()])
        state: dict[str, Any] = to_host(trainer.state_dict())
        del trainer
        forget_tables()
        now = snapshot().without(tensors_in(state))
        stayed = watch.undead() + (leaks(self._floor, now, allowed=CONSTANTS) if self._floor else [])
        self.what_stayed += [f"training left behind {each}" for each in stayed]
        self._floor = self._floor or now
        give_back_freed_memory()
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()
        return state

    def _come_back(self, state: dict[str, Any]) -> None:
        assert self._rebuild is not None
        trainer = self._rebuild()
        trainer.load_state_dict(state)
        if different := difference(state, to_host(trainer.state_dict())):
            raise NotRestored(f"the trainer came back from an evaluation other than it left: {different}")
        self._trainer = trainer
        give_back_freed_memory()


def memory_is_short(device: str) -> bool:
    """Whether less than `SHARE` of the device's memory is free; of main memory where the device is the CPU."""
    if torch.device(device).type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
    else:
        free, total = available_bytes(), total_bytes()
    return free < SHARE * total

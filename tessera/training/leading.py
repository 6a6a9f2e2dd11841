"""A trainer in several processes: the first one runs the run, and what it asks of its trainer the others do as well.

Only the first knows of folders, logs, evaluations and signals. The others wait for its word: step, state, load, end.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from tessera.errors import BeyondHelp
from tessera.interfaces.trainer import Accountable, DataParallel, StepReport, Trainer
from tessera.training.processes import END, Processes

BEGIN, STEP, STATE, LOAD = "begin", "step", "state", "load"
PROCESSES = "processes"
"""In a state: those of all processes, in their order."""


class Leader:
    """The trainer of the first process, and through it those of all."""

    state_is_a_snapshot = True

    def __init__(self, trainer: DataParallel, processes: Processes) -> None:
        self._trainer, self._processes = trainer, processes

    @property
    def sizes(self) -> tuple[int, ...]:
        return self._trainer.sizes

    def step(self) -> StepReport:
        self._processes.of_the_first((STEP, None))
        return self._trainer.step()

    def network(self) -> nn.Module:
        return self._trainer.network()

    def memory_parts(self) -> dict[str, object]:
        """Of this process."""
        return dict(self._trainer.memory_parts()) if isinstance(self._trainer, Accountable) else {}

    def state_dict(self) -> dict[str, Any]:
        self._processes.of_the_first((STATE, None))
        return {PROCESSES: self._processes.gathered_by_the_first(self._trainer.state_dict())}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._processes.of_the_first((LOAD, None))
        self._trainer.load_state_dict(self._processes.handed_out(state[PROCESSES]))


def follow(trainer: Trainer, processes: Processes) -> None:
    """Do what the first process says until it says that this is the end."""
    while True:
        match processes.of_the_first(None)[0]:
            case "step":
                try:
                    trainer.step()
                except BeyondHelp:  # all have come to the same end, and the first one tells
                    return
            case "state":
                processes.gathered_by_the_first(trainer.state_dict())
            case "load":
                trainer.load_state_dict(processes.handed_out(None))
            case end:
                assert end == END
                return


def processes_of(state: dict[str, Any]) -> int:
    """How many processes a trainer's state is of."""
    return len(state.get(PROCESSES, [state]))

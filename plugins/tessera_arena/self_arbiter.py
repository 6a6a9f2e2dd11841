"""Our own players against each other, hundreds of games at once: one network batch for every move of all of them.

Both networks stay loaded. Games of a pair share a table of slots; a slot whose game ends takes the next one, so
that batches stay full until the tasks run out. Every stone on the board counts as alive at the end, as in the
search tree, so both sides take off what is dead before they pass. There is no clock: who plays here is limited by
visits. `search` looks at every leaf by itself and starts a new tree at every move, which GTP play does not.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Generator, Sequence

import torch

from tessera.interfaces.arbiter import ArbiterContext, GameRecord, Task
from tessera_arena.movers import Mover, make_mover
from tessera_arena.table import Table


class SelfArbiter:
    """`batch` games of a pair at once. Results depend on the seed and the tasks, not on timing."""

    def __init__(self, context: ArbiterContext, *, batch: int = 256) -> None:
        self._context, self._batch = context, batch
        self._movers: dict[str, Mover] = {}

    def play(self, tasks: Sequence[Task]) -> Generator[GameRecord, None, None]:
        """See `interfaces.arbiter.Arbiter`. Raises what loading a checkpoint raises, before the first game."""
        by_pair: defaultdict[frozenset[str], list[Task]] = defaultdict(list)
        for task in tasks:
            by_pair[frozenset((task.black, task.white))].append(task)
            self._mover(task.black)
            self._mover(task.white)
        for group in by_pair.values():
            yield from self._play_pair(group)

    def close(self) -> None:
        self._movers.clear()

    def _mover(self, name: str) -> Mover:
        if name not in self._movers:
            self._movers[name] = make_mover(self._context, name, games=self._batch)
        return self._movers[name]

    def _play_pair(self, tasks: Sequence[Task]) -> Generator[GameRecord, None, None]:
        waiting = deque(tasks)
        table = Table(self._context, slots=min(self._batch, len(tasks)))
        table.seat([waiting.popleft() for _ in range(table.slots)])
        while table.playing.any():
            table.prepare()
            for name, slots in table.to_move().items():
                start = time.perf_counter()
                table.choose(slots, self._mover(name)(table.games, torch.from_numpy(slots)))
                table.charge(slots, (time.perf_counter() - start) / len(slots))
            yield from table.step()
            table.seat([waiting.popleft() for _ in range(min(len(waiting), int((~table.playing).sum())))])

"""The slots of a batch in which games of one pair are played, and the records that leave it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tessera.interfaces.arbiter import ArbiterContext, GameRecord, Task
from tessera.rules.batch import Batch, allocate, settings_row
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.layout import TO_PLAY, meta_at
from tessera.rules.scoring import format_margin

LONGEST = 4
"""Moves per point of the board after which a game is counted as it stands."""


class Table:
    """`slots` games in lockstep; a slot is `playing` [slots] or free."""

    def __init__(self, context: ArbiterContext, *, slots: int) -> None:
        size = context.size
        self.slots, self._context = slots, context
        self.games = Batch(size, allocate(slots, size, lambda shape, dtype: torch.zeros(shape, dtype=_dtype(dtype))))
        row = torch.tensor(settings_row(context.rules, context.komi), dtype=torch.int32)
        self.games.settings.copy_(row.expand(slots, 4))
        self.playing: NDArray[np.bool_] = np.zeros(slots, np.bool_)
        self._tasks: list[Task | None] = [None] * slots
        self._moves: list[list[tuple[int, int]]] = [[] for _ in range(slots)]
        self._seconds = np.zeros((slots, 3))
        self._pass = size * size

    def seat(self, tasks: Sequence[Task]) -> None:
        """Begin these games in free slots."""
        free = np.flatnonzero(~self.playing)[: len(tasks)]
        self.games.which.fill_(False)
        for slot, task in zip(free, tasks, strict=True):
            self._tasks[slot], self._moves[slot] = task, []
            self._seconds[slot] = 0.0
            self.playing[slot] = True
            self._context.started(task)
            self.games.which[slot] = True
        self.games.reset()

    def prepare(self) -> None:
        """Find legal moves and network inputs; games whose opening is not over get its next move."""
        self.games.legal()
        self.games.features()
        self.games.actions.fill_(self._pass)  # in free slots too, where it changes nothing
        for slot in map(int, np.flatnonzero(self.playing)):
            opening = self._task(slot).opening.moves
            if len(self._moves[slot]) < len(opening):
                self.games.actions[slot] = opening[len(self._moves[slot])][1]

    def to_move(self) -> dict[str, NDArray[np.int64]]:
        """Player -> the slots where it has to choose a move."""
        colors = self._to_play()
        chosen: dict[str, list[int]] = {}
        for slot in map(int, np.flatnonzero(self.playing)):
            task = self._task(slot)
            if len(self._moves[slot]) >= len(task.opening.moves):
                chosen.setdefault(task.black if colors[slot] == BLACK else task.white, []).append(slot)
        return {name: np.array(slots, np.int64) for name, slots in chosen.items()}

    def choose(self, slots: NDArray[np.int64], actions: torch.Tensor) -> None:
        """The moves [len(slots)] to be played in these slots."""
        self.games.actions[torch.from_numpy(slots)] = actions

    def charge(self, slots: NDArray[np.int64], seconds: float) -> None:
        """Count thinking time for whoever is to move in these slots."""
        self._seconds[slots, self._to_play()[slots]] += seconds

    def step(self) -> Iterator[GameRecord]:
        """Play the moves; the games that end leave their slots as records."""
        colors, actions = self._to_play().copy(), self.games.actions.numpy().copy()
        self.games.step()
        self.games.find_over()
        over = self.games.over.numpy()
        ended = []
        for slot in map(int, np.flatnonzero(self.playing)):
            self._moves[slot].append((int(colors[slot]), int(actions[slot])))
            if over[slot] or len(self._moves[slot]) >= LONGEST * self._pass:
                ended.append(slot)
        if ended:
            self.games.score()
            yield from [self._record(slot) for slot in ended]

    def _record(self, slot: int) -> GameRecord:
        context, task, moves = self._context, self._task(slot), tuple(self._moves[slot])
        self.playing[slot] = False
        finished = len(moves) >= 2 and all(point == self._pass for _, point in moves[-2:])
        return GameRecord(
            number=task.number,
            black=task.black,
            white=task.white,
            result=format_margin(int(self.games.score2[slot]) / 2),
            moves=moves,
            size=context.size,
            komi=context.komi,
            rules=context.rules.name,
            opening=task.opening.name,
            seconds=(round(float(self._seconds[slot, BLACK]), 4), round(float(self._seconds[slot, WHITE]), 4)),
            attempt=task.attempt,
            note="" if finished else f"stopped after {len(moves)} moves and counted as it stood",
        )

    def _task(self, slot: int) -> Task:
        task = self._tasks[slot]
        assert task is not None, "a free slot was asked for its game"
        return task

    def _to_play(self) -> NDArray[np.int32]:
        state: NDArray[np.int32] = self.games.state.numpy()
        return state[:, meta_at(self._context.size) + TO_PLAY]


def _dtype(name: str) -> Any:
    return getattr(torch, name)

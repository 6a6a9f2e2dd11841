"""The arbiter `gtp`: several games at the same time, each between two processes that speak GTP.

A worker (a thread) holds the two engines of a pair and plays one game after the other with them; an engine
that broke is replaced by a fresh process. Nothing here knows the rules: that is `tessera.match.referee`.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Sequence

from tessera.errors import BadValue, EngineError
from tessera.interfaces.arbiter import VOID, ArbiterContext, GameRecord, Task
from tessera.match.engine import EngineProcess, time_settings
from tessera.match.referee import play_game, void_record
from tessera.rules.coords import BLACK, WHITE, check_size
from tessera_arena.crew import Crew
from tessera_arena.schedule import Schedule, pair_of
from tessera_arena.settings import GtpSettings

ASK_SECONDS = 0.5
"""Between two questions whether all shall end."""
POLL_SECONDS = 0.05
"""Between looks at workers that are to stop: one of them may just have started another engine."""


class GtpArbiter:
    """Plays tasks; see `tessera.interfaces.arbiter.Arbiter`.

    Engines that are idle at the end of `play` wait for the next `play`, until `close`.
    """

    def __init__(self, context: ArbiterContext, settings: GtpSettings = GtpSettings()) -> None:
        if context.time is not None:
            time_settings(context.time)
        check_size(context.size)
        if context.concurrency < 1:
            raise BadValue("concurrency", context.concurrency, "1 or more games at the same time")
        self._context = context
        self._lag, self._longest = settings.lag, settings.longest
        self._crew = Crew(context)
        self._rounds: list[_Round] = []

    def play(self, tasks: Sequence[Task]) -> Generator[GameRecord, None, None]:
        """Records as the games end. Raises `BadValue` or `EngineError` for a player that cannot be started as told."""
        names = [name for task in tasks for name in (task.black, task.white)]
        self._crew.prepare(names)
        self._crew.keep(names)
        round_ = _Round(tasks, self._context, self._crew, lag=self._lag, longest=self._longest)
        self._rounds.append(round_)
        try:
            yield from round_.records()
        finally:
            self._rounds.remove(round_)

    def close(self) -> None:
        """End all games and processes. Safe to call twice."""
        for round_ in self._rounds:
            round_.stop()
        self._crew.close()


class _Round:
    """One call of `play`: its workers and what they have finished."""

    def __init__(self, tasks: Sequence[Task], context: ArbiterContext, crew: Crew, *, lag: float, longest: int) -> None:
        self._context, self._crew = context, crew
        self._lag, self._longest = lag, longest
        self._schedule = Schedule(tasks)
        self._workers = min(context.concurrency, len(tasks))
        self._finished: queue.SimpleQueue[GameRecord | Exception | None] = queue.SimpleQueue()
        self._stopped = threading.Event()

    def records(self) -> Generator[GameRecord, None, None]:
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self._workers)]
        for thread in threads:
            thread.start()
        running = len(threads)
        try:
            while running and not self._stopped.is_set() and not self._context.stopped():
                try:
                    record = self._finished.get(timeout=ASK_SECONDS)
                except queue.Empty:
                    continue
                if isinstance(record, Exception):
                    raise record
                if record is None:
                    running -= 1
                else:
                    yield record
        finally:
            # With games under way the iterator was closed, or by Ctrl-C: they end with their engines.
            self._stopped.set()
            while running and any(thread.is_alive() for thread in threads):
                self._crew.end_all()
                threads[0].join(POLL_SECONDS)
            for thread in threads:
                thread.join()

    def stop(self) -> None:
        """Play no more games, and report none."""
        self._stopped.set()
        self._finished.put(None)

    def _work(self) -> None:
        """One worker: games of one pair after the other, until none is left."""
        seats: dict[int, EngineProcess] = {}
        task: Task | None = None
        try:
            while not self._stopped.is_set():
                before = None if task is None else pair_of(task)
                task = self._schedule.next(before)
                if task is None or self._stopped.is_set():
                    return
                if before != pair_of(task):
                    self._release(seats)
                record = self._play(task, seats)
                if not self._stopped.is_set():
                    self._finished.put(record)
        except Exception as error:  # a bug of ours must reach the caller, who waits for us
            self._finished.put(error)
        finally:
            self._release(seats)
            self._finished.put(None)

    def _play(self, task: Task, seats: dict[int, EngineProcess]) -> GameRecord:
        """One game; `seats` are the worker's engines by colour, changed in place."""
        self._context.started(task)
        self._seat(task, seats)
        for color, name in ((BLACK, task.black), (WHITE, task.white)):
            if color not in seats:
                try:
                    seats[color] = self._crew.take(name)
                except EngineError as error:
                    return void_record(task, self._context, name, " ".join(str(error).split()))
        record = play_game(task, seats, self._context, lag=self._lag, longest=self._longest)
        for color, engine in list(seats.items()):
            if not engine.alive or (record.result == VOID and record.culprit == engine.launch.name):
                self._crew.discard(seats.pop(color))
        return record

    def _seat(self, task: Task, seats: dict[int, EngineProcess]) -> None:
        """Let the engines in hand take the colours of the next game."""
        names = {BLACK: task.black, WHITE: task.white}
        if any(engine.launch.name != names[color] for color, engine in seats.items()):
            swapped = {BLACK + WHITE - color: engine for color, engine in seats.items()}
            seats.clear()
            seats.update(swapped)

    def _release(self, seats: dict[int, EngineProcess]) -> None:
        for engine in seats.values():
            self._crew.give_back(engine)
        seats.clear()

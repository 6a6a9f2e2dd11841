"""The engines of an arbiter: started when they are needed, kept between games, ended together.

Every process that was started is either in a worker's hands or idle here, until it is ended; whoever wants all
of them gone calls `close`, from any thread, and nothing can be started after it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from tessera.errors import EngineError
from tessera.interfaces.arbiter import ArbiterContext
from tessera.match.engine import EngineProcess
from tessera.match.guard import Guard
from tessera.match.launch import Launch, plan
from tessera.match.logs import StderrLog, safe_name
from tessera.seeds import seed_of


class Crew:
    """Engines by the name of their player."""

    def __init__(self, context: ArbiterContext) -> None:
        self._context = context
        self._launches: dict[str, Launch] = {}
        self._logs: dict[str, StderrLog] = {}
        self._started: dict[str, int] = {}
        self._idle: dict[str, list[EngineProcess]] = {}
        self._busy: set[EngineProcess] = set()
        self._lock = threading.Lock()
        self._guard = Guard()
        self._closed = False

    def prepare(self, names: Iterable[str]) -> None:
        """Find out how to start these players. Raises `BadValue` or `EngineError` where that is not possible."""
        for name in names:
            if name not in self._launches:
                self._launches[name] = plan(self._context.entrants[name], self._context)
                self._logs[name] = StderrLog(self._context.logs / f"{safe_name(name)}.log")

    def keep(self, names: Iterable[str]) -> None:
        """End the idle engines of all other players."""
        wanted = set(names)
        with self._lock:
            gone = [engine for name in self._idle.keys() - wanted for engine in self._idle.pop(name)]
        self._end(gone)

    def take(self, name: str) -> EngineProcess:
        """An idle engine of a player, or a new one that has been greeted. Raises `EngineError`."""
        with self._lock:
            waiting = self._idle.pop(name, [])
            dead = [engine for engine in waiting if not engine.alive]
            alive = [engine for engine in waiting if engine.alive]
            engine = alive.pop() if alive else self._start(name)
            fresh = engine not in waiting
            self._idle[name] = alive
            self._busy.update((engine, *dead))
        self._end(dead)
        if not fresh:
            return engine
        try:
            engine.greet()
        except EngineError:
            self.discard(engine)
            raise
        return engine

    def give_back(self, engine: EngineProcess) -> None:
        """Done with it for now; a broken one is ended."""
        if not engine.alive:
            self.discard(engine)
            return
        with self._lock:
            if engine in self._busy:
                self._busy.discard(engine)
                self._idle.setdefault(engine.launch.name, []).append(engine)

    def discard(self, engine: EngineProcess) -> None:
        """End an engine in hand."""
        self._end([engine])

    def end_all(self) -> None:
        """End every engine. Those that are playing are killed at once: threads that wait for an answer wake up."""
        with self._lock:
            busy, idle = list(self._busy), [engine for engines in self._idle.values() for engine in engines]
            self._idle.clear()
        self._end(idle, at_once=busy)

    def close(self) -> None:
        """As `end_all`, and nothing is started after it. Safe to call twice."""
        with self._lock:
            self._closed = True
        self.end_all()
        self._guard.close()

    def _start(self, name: str) -> EngineProcess:
        """Under the lock, so that `close` misses no process."""
        if self._closed:
            raise EngineError(f"player {name}: the arbiter was closed")
        launch = self._launches[name]
        number = self._started[name] = self._started.get(name, 0) + 1
        seed = seed_of(self._context.seed, name, number)
        engine = EngineProcess(
            launch,
            seed=seed,
            log=self._logs[name],
            patience=self._context.patience,
            environment=self._guard.environment(),
        )
        self._guard.add(engine.client.pid)
        self._busy.add(engine)
        return engine

    def _end(self, engines: Iterable[EngineProcess], *, at_once: Iterable[EngineProcess] = ()) -> None:
        """End engines side by side, for a stubborn one costs seconds; those `at_once` are not asked to quit."""
        work = [*((engine, True) for engine in engines), *((engine, False) for engine in at_once)]
        threads = [threading.Thread(target=self._end_one, args=each, daemon=True) for each in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _end_one(self, engine: EngineProcess, quit_first: bool) -> None:
        engine.close(quit_first=quit_first)
        self._guard.remove(engine.client.pid)
        with self._lock:
            self._busy.discard(engine)

"""A league in progress: plan, play, record, until nothing is left to play.

Stopping is safe at any moment, by any means: a game counts once its line is on disk, and the plan is made from
those lines alone.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tessera.errors import BadValue
from tessera.interfaces.arbiter import Arbiter, ArbiterContext, ArbiterSpec, GameRecord, Task
from tessera.league.config import LeagueConfig
from tessera.league.folder import LeagueFolder
from tessera.league.openings import OpeningBook
from tessera.league.records import RecordFile
from tessera.league.schedule import Standing, pairs, plan, standing_of, total
from tessera.league.summary import Summary, summarise

if TYPE_CHECKING:
    from tessera.plugins import Manager


@dataclass(frozen=True)
class Progress:
    """What a listener hears after every game."""

    record: GameRecord
    finished: int
    total: int
    """Games of the whole league, if none is cut short."""
    stopped: str = ""
    """A player stopped by this very game."""


Listener = Callable[[Progress], None]


class League:
    """One league on disk."""

    def __init__(self, config: LeagueConfig, folder: LeagueFolder, manager: Manager) -> None:
        self.config, self.folder = config, folder
        self._manager = manager
        self._book = OpeningBook(config)
        for task in _every_pair(config):
            self._arbiter_for(*task)

    def run(
        self,
        listener: Listener = lambda progress: None,
        *,
        retry: bool = False,
    ) -> Summary:
        """Play what is left and return the summary.

        `retry` gives players another chance who were stopped in an earlier run. Raises `BadValue` or
        `RecordError` where the folder holds another league or a damaged one; whatever an arbiter, the listener
        or a signal raises ends the league in order: every process is gone when it passes.
        """
        self.folder.open(self.config)
        with RecordFile(self.folder.games) as file, ExitStack() as stack:
            standing = standing_of(file.records, forgive=retry)
            arbiters: dict[str, Arbiter] = {}
            while not self._reached(file.records, standing):
                tasks = plan(self.config, file.records, standing, self._book)
                if not tasks:
                    break
                for spec, group in self._groups(tasks):
                    if spec.name not in arbiters:
                        arbiters[spec.name] = arbiter = spec.build(self._context(), **spec.defaults)
                        stack.callback(arbiter.close)
                    self._play(arbiters[spec.name], group, file, standing, listener)
                    if self._hopeless(group, standing):
                        break
            return self.summary(file.records)

    def summary(self, records: list[GameRecord]) -> Summary:
        config = self.config
        names = [entrant.name for entrant in config.players]
        return summarise(records, title=config.title, anchors=config.anchors, players=names)

    def _play(
        self,
        arbiter: Arbiter,
        tasks: list[Task],
        file: RecordFile,
        standing: Standing,
        listener: Listener,
    ) -> None:
        """Until the tasks are done or a player is stopped; what was not played is planned anew."""
        with closing(arbiter.play(tasks)) as games:
            for record in games:
                self.folder.save_sgf(record)
                file.append(record)
                before = set(standing.stopped)
                standing.add(record)
                fallen = set(standing.stopped) - before
                listener(Progress(record, len(standing.finished), total(self.config), "".join(fallen)))
                if fallen:
                    return

    def _hopeless(self, tasks: list[Task], standing: Standing) -> bool:
        """Whether tasks planned before hold a player who was stopped since."""
        return bool(standing.stopped) and any({task.black, task.white} & standing.stopped.keys() for task in tasks)

    def _reached(self, records: list[GameRecord], standing: Standing) -> bool:
        """Whether every interval is as narrow as the league's file asks for."""
        if self.config.target <= 0:
            return False
        summary = self.summary(records)
        open_ = [row for row in summary.rows if not row.anchored and row.name not in standing.stopped]
        return all(row.games and (row.high - row.low) / 2 <= self.config.target for row in open_)

    def _groups(self, tasks: list[Task]) -> list[tuple[ArbiterSpec, list[Task]]]:
        groups: dict[str, tuple[ArbiterSpec, list[Task]]] = {}
        for task in tasks:
            spec = self._arbiter_for(task.black, task.white)
            groups.setdefault(spec.name, (spec, []))[1].append(task)
        return list(groups.values())

    def _arbiter_for(self, black: str, white: str) -> ArbiterSpec:
        """The best arbiter that accepts the two. Raises `BadValue` when none does."""
        entrants, arbiters = self.config.entrants, self._manager.arbiters
        pair = (entrants[black], entrants[white])
        if self.config.arbiter != "auto":
            spec = arbiters[self.config.arbiter]
            if not spec.accepts(*pair):
                raise BadValue("arbiter", spec.name, f"one that can play {black!r} against {white!r}", "auto chooses")
            return spec
        able = [spec for spec in (arbiters[name] for name in arbiters) if spec.accepts(*pair)]
        if not able:
            raise BadValue("players", f"{black} and {white}", "players some arbiter accepts", "see tessera plugins")
        return max(able, key=lambda spec: (spec.priority, spec.name))

    def _context(self) -> ArbiterContext:
        config = self.config
        return ArbiterContext(
            entrants=config.entrants,
            size=config.size,
            rules=config.ruleset,
            komi=config.komi,
            logs=self.folder.logs,
            seed=config.seed,
            concurrency=config.concurrency,
            time=config.time,
            patience=config.patience,
            manager=self._manager,
        )


def _every_pair(config: LeagueConfig) -> list[tuple[str, str]]:
    return [pair for a, b in pairs(config) for pair in ((a, b), (b, a))]

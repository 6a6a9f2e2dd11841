"""A league in progress: plan, play, record, until nothing is left to play.

Stopping is safe at any moment, by any means: a game counts once its line is on disk, and the plan is made from
those lines alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tessera.errors import BadValue, PluginError
from tessera.interfaces.arbiter import VOID, Arbiter, ArbiterContext, ArbiterSpec, Entrant, GameRecord, Task
from tessera.interfaces.network import AUTO
from tessera.league.config import LeagueConfig
from tessera.league.folder import LeagueFolder, describe
from tessera.league.openings import OpeningBook
from tessera.league.records import RecordFile
from tessera.league.schedule import pairs, plan, total
from tessera.league.standing import ATTEMPTS, Standing, standing_of
from tessera.league.strengths import looked_up
from tessera.league.summary import Summary, summarise
from tessera.match import launch
from tessera.ratings.counting import Pairs
from tessera.ratings.sprt import Trial
from tessera.seeds import seed_of
from tessera.settings import from_table

if TYPE_CHECKING:
    from tessera.interfaces.catalog import Catalog


@dataclass(frozen=True)
class Progress:
    """What a listener hears: once at the start, and after every game."""

    finished: int
    """Games that count, of earlier runs too."""
    total: int
    """Games of the whole league, if none is cut short."""
    record: GameRecord | None = None
    """The game; None at the start."""
    stopped: str = ""
    """A player stopped by this very game."""
    summary: Callable[[], Summary] = lambda: summarise([])
    """Computes the standing as it is now: milliseconds with few players, more with many."""
    trial: Trial | None = None
    """Where the league's test stands, if it has one."""


@dataclass(frozen=True)
class Outcome:
    """A league that has nothing left to play."""

    summary: Summary
    planned: int
    stopped: dict[str, str]
    """Players who made a game void twice, and why."""
    trial: Trial | None = None
    """What the league's test says, if it has one."""


Listener = Callable[[Progress], None]


class League:
    """One league on disk."""

    def __init__(self, config: LeagueConfig, folder: LeagueFolder, manager: Catalog) -> None:
        """Raises `TesseraError` for what is wrong with the file and shows without playing; writes nothing."""
        config = looked_up(config, manager)
        self.config, self.folder = config, folder
        self._manager = manager
        self._book = OpeningBook(config)
        self._description = describe(config, self._book, manager)
        self._going_on: dict[int, Task] = {}
        self._trial: Trial | None = None
        self._pairs = Pairs("", "")
        self._summary([])
        for a, b in pairs(config):
            self._arbiter_for(a, b)
            self._arbiter_for(b, a)
        for entrant in config.players:
            self._check(entrant)

    @property
    def now(self) -> list[Task]:
        """The games being played, as far as arbiters say; from any thread."""
        return list(self._going_on.copy().values())

    def _started(self, task: Task) -> None:
        self._going_on[task.number] = task

    def run(self, listener: Listener = lambda progress: None, *, retry: bool = False) -> Outcome:
        """Play what is left.

        `retry` gives players another chance who were stopped in an earlier run. Raises `BadValue` or
        `RecordError` where the folder holds another league or a damaged one, or is in use; whatever an arbiter,
        the listener or a signal raises ends the league in order: every process is gone when it passes.
        """
        with RecordFile(self.folder.games) as file, ExitStack() as stack:
            self.folder.open(self._description, file.records)
            standing = standing_of(file.records)
            if retry:
                standing.forgive()
            self._begin_trial(file.records)
            teller = _Teller(
                listener,
                total(self.config),
                standing.finished_among(self.config.entrants),
                lambda: self._summary(file.records),
                self._trial,
            )
            context = self._context(len(file.records))
            arbiters: dict[str, Arbiter] = {}
            while tasks := plan(self.config, file.records, standing, self._book, self._reached(standing)):
                for spec, group in self._groups(tasks):
                    if spec.name not in arbiters:
                        arbiters[spec.name] = arbiter = spec.build(context, spec.settings())
                        stack.callback(arbiter.close)
                    if not self._play(spec.name, arbiters[spec.name], group, file, standing, teller):
                        break
            return Outcome(self._summary(file.records), total(self.config), standing.stopped, self._trial)

    def _begin_trial(self, records: Sequence[GameRecord]) -> None:
        """The test from its first pair on, over the games on record."""
        if self.config.sprt is not None:
            player, opponent = self.config.entrants
            self._pairs, self._trial = Pairs(player, opponent), Trial(self.config.sprt, player, opponent)
            for record in records:
                self._try(record)

    def _try(self, record: GameRecord) -> bool:
        """Give a game to the test; whether that is decided."""
        if self._trial is None:
            return False
        self._trial = self._trial.after(self._pairs.add(record))
        return self._trial.verdict != "continue"

    def _play(
        self,
        name: str,
        arbiter: Arbiter,
        tasks: Sequence[Task],
        file: RecordFile,
        standing: Standing,
        teller: _Teller,
    ) -> bool:
        """Play these games. False when the plan changed under way: a player was stopped, or two of its games were
        void, or the league's test was decided; the games that are left are planned anew."""
        waiting = {task.number: task for task in tasks}
        voids: Counter[str] = Counter()
        self._going_on.clear()
        with closing(arbiter.play(tasks)) as games:
            for record in games:
                self._going_on.pop(record.number, None)
                _check_record(name, record, waiting.pop(record.number, None))
                file.append(record)
                self.folder.save_sgf(record)
                before = standing.stopped
                standing.add(record)
                newly_stopped = standing.stopped.keys() - before.keys()
                decided = self._try(record)
                teller.tell(record, "".join(newly_stopped), self._trial)
                voids[record.culprit] += record.result == VOID
                if newly_stopped or decided or voids[record.culprit] >= ATTEMPTS:
                    return False
        if waiting:
            raise PluginError(f"arbiter {name!r}: ended with {len(waiting)} of {len(tasks)} games not played")
        return True

    def _summary(self, records: Sequence[GameRecord]) -> Summary:
        config = self.config
        return summarise(records, title=config.title, anchors=config.anchors, players=list(config.entrants))

    def _reached(self, standing: Standing) -> Callable[[Sequence[GameRecord]], bool]:
        """Whether the games tell enough: the test is decided, or every interval is as narrow as the file asks."""

        def reached(records: Sequence[GameRecord]) -> bool:
            if self._trial is not None:
                return self._trial.verdict != "continue"
            if self.config.target <= 0:
                return False
            rows = [row for row in self._summary(records).rows if row.name in self.config.entrants]
            rows = [row for row in rows if not row.anchored and row.name not in standing.stopped]
            wide = any(not row.games or (row.high - row.low) / 2 > self.config.target for row in rows)
            return bool(rows) and not wide

        return reached

    def _groups(self, tasks: Sequence[Task]) -> list[tuple[ArbiterSpec, list[Task]]]:
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
            if not spec.accepts(*pair, self._manager):
                raise BadValue("arbiter", spec.name, f"one that can play {black!r} against {white!r}", "auto chooses")
            return spec
        able = [spec for spec in arbiters.values() if spec.accepts(*pair, self._manager)]
        if not able:
            raise BadValue("players", f"{black} and {white}", "players some arbiter accepts", "see tessera plugins")
        return max(able, key=lambda spec: (spec.priority, spec.name))

    def _check(self, entrant: Entrant) -> None:
        """Refuse now what would otherwise fail at the player's first game, maybe hours later. Raises `BadValue`."""
        if entrant.kind == "engine":
            launch.plan(entrant, self._context(0))
            return
        settings = entrant.settings
        spec = self._manager.players[settings.get("player", "search")]
        from_table(spec.settings, settings.get("set", {}), owner=f"player {entrant.name!r}: set")
        if spec.needs_network and (evaluator := settings.get("evaluator", AUTO)) != AUTO:
            self._manager.evaluators[evaluator]

    def _context(self, played: int) -> ArbiterContext:
        """`played` games were before: a league that goes on must not meet the same random numbers again."""
        config = self.config
        return ArbiterContext(
            entrants=config.entrants,
            size=config.size,
            rules=config.ruleset,
            komi=config.komi,
            logs=self.folder.logs,
            seed=seed_of(config.seed, played) if played else config.seed,
            concurrency=config.concurrency,
            time=config.time,
            patience=config.patience,
            manager=self._manager,
            started=self._started,
        )


class _Teller:
    """Counts along for the listener."""

    def __init__(
        self, listener: Listener, total: int, finished: int, summary: Callable[[], Summary], trial: Trial | None
    ) -> None:
        self._listener, self._total, self._finished, self._summary = listener, total, finished, summary
        listener(Progress(finished, total, summary=summary, trial=trial))

    def tell(self, record: GameRecord, stopped: str, trial: Trial | None) -> None:
        self._finished += record.result != VOID
        self._listener(Progress(self._finished, self._total, record, stopped, self._summary, trial))


def _check_record(arbiter: str, record: GameRecord, task: Task | None) -> None:
    """Raises `PluginError` for a record that would confuse the league, or keep it playing for ever."""
    if task is None:
        raise PluginError(f"arbiter {arbiter!r}: played game {record.number}, which was not its task")
    played, planned = ((game.black, game.white, game.attempt) for game in (record, task))
    if played != planned or record.opening != task.opening.name:
        raise PluginError(f"arbiter {arbiter!r}: game {record.number} is not the one that was its task")
    if record.result == VOID and record.culprit not in (record.black, record.white):
        raise PluginError(f"arbiter {arbiter!r}: void game {record.number} without a culprit")

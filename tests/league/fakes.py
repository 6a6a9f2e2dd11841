"""Leagues whose games are made up: an arbiter that decides by the players' names, and stops or errs on demand."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tessera.hookspecs import hookimpl
from tessera.interfaces.arbiter import VOID, ArbiterContext, ArbiterSpec, GameRecord, Task
from tessera.interfaces.player import PlayerSpec
from tessera.league.config import LeagueConfig, parse_league
from tessera.league.folder import LeagueFolder
from tessera.league.records import read_records
from tessera.league.run import League, Listener, Outcome
from tessera.plugins import Manager
from tessera.settings import NoSettings

Key = tuple[str, str, str]


def config_of(*names: str, **keys: Any) -> LeagueConfig:
    """A small league of players with these names."""
    players = [{"name": name, "player": "random"} for name in names or ("a", "b", "c")]
    table: dict[str, Any] = {"players": players, "size": 5, "komi": 0.5, "games": 4, "openings": {"moves": 2}, **keys}
    return parse_league(table, folder=Path())


def record_of(task: Task, context: ArbiterContext, result: str = "", culprit: str = "") -> GameRecord:
    """The game of a task; who won depends on the names and the opening alone, earlier names win more."""
    if not result:
        digest = hashlib.sha256(f"{task.black} {task.white} {task.opening.name}".encode()).digest()
        favoured = 0.75 if task.black < task.white else 0.25
        result = "B+R" if digest[0] < 256 * favoured else "W+R"
    return GameRecord(
        number=task.number,
        black=task.black,
        white=task.white,
        result=result,
        moves=task.opening.moves,
        size=context.size,
        komi=context.komi,
        rules=context.rules.name,
        opening=task.opening.name,
        seconds=(0.5, 0.25),
        attempt=task.attempt,
        note=f"{culprit} fell over" if culprit else "",
        culprit=culprit,
    )


@dataclass
class Script:
    """What the arbiter does, and what it saw."""

    culprit: Callable[[Task], str] = lambda task: ""
    """Who makes this game void; nobody is ''."""
    order: random.Random | None = None
    """Ends the games of a call in an order of its own."""
    name: str = "scripted"
    priority: int = 0
    accepts: Callable[[Any, Any, Any], bool] = lambda black, white, manager: True
    forge: Callable[[GameRecord], GameRecord | None] = lambda record: record
    """Changes a record, or drops it."""
    calls: list[list[Task]] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)
    closed: int = 0

    def build(self, context: ArbiterContext, settings: NoSettings) -> ScriptedArbiter:
        self.seeds.append(context.seed)
        return ScriptedArbiter(self, context)

    @property
    def tasks(self) -> list[Task]:
        return [task for call in self.calls for task in call]


class ScriptedArbiter:
    def __init__(self, script: Script, context: ArbiterContext) -> None:
        self._script, self._context = script, context

    def play(self, tasks: Sequence[Task]) -> Generator[GameRecord, None, None]:
        script = self._script
        script.calls.append(list(tasks))
        queue = list(tasks)
        if script.order is not None:
            script.order.shuffle(queue)
        for task in queue:
            culprit = script.culprit(task)
            record = script.forge(record_of(task, self._context, VOID if culprit else "", culprit))
            if record is not None:
                yield record

    def close(self) -> None:
        self._script.closed += 1


def manager_of(*scripts: Script) -> Manager:
    """A manager that offers these arbiters, and a player to put in leagues."""

    class Plugin:
        @staticmethod
        @hookimpl
        def tessera_register_arbiters(register: Callable[[ArbiterSpec], None]) -> None:
            for each in scripts:
                register(ArbiterSpec(each.name, "does as told", NoSettings, each.accepts, each.build, each.priority))

        @staticmethod
        @hookimpl
        def tessera_register_players(register: Callable[[PlayerSpec], None]) -> None:
            register(PlayerSpec("random", "never built", NoSettings, lambda *_: None))  # type: ignore[arg-type, return-value]

    manager = Manager()
    manager.register(Plugin, "scripted")
    return manager


class Killed(BaseException):
    """As a kill, it is caught by nobody on its way."""


def after(games: int, error: BaseException) -> Listener:
    """Raises once so many games of this run are on record."""
    heard = -1

    def hear(progress: Any) -> None:
        nonlocal heard
        heard += 1
        if heard >= games:
            raise error

    return hear


def play(config: LeagueConfig, path: Path, script: Script | None = None, **options: Any) -> Outcome:
    """Run a league with a scripted arbiter."""
    return League(config, LeagueFolder(path), manager_of(script or Script())).run(**options)


def keys_in(path: Path) -> list[Key]:
    """Players and opening of every game on record that counts, in order."""
    records = read_records(path / "games.jsonl")
    return [(r.black, r.white, r.opening) for r in records if r.result != VOID]

"""Engines for the referee that are no processes: they say what a table tells them to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tessera.clock import NO_LIMIT, TimeControl
from tessera.errors import EngineError
from tessera.interfaces.arbiter import ArbiterContext, Entrant, Opening, Task
from tessera.match.engine import LETTER
from tessera.rules.coords import vertex
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS

TASK = Task(1, "anna", "bert", Opening("empty"))
CYCLE_BLACK, CYCLE_WHITE = ["A1", "A2", "A1"], ["B2", "B1", "A2"]
"""On 2x2: after these six moves White's three stones can be taken, and the cycle begins anew."""


class Scripted:
    """Answers genmove from `moves` (then 'pass'), kgs-genmove_cleanup from `cleanup`, and the dead stones `dead`.

    A move may be an exception, which is raised, or a function that is called and gives the move.
    """

    def __init__(
        self,
        moves: Sequence[str | EngineError | Callable[[], str]] = (),
        *,
        dead: str | None = None,
        cleanup: Sequence[str | EngineError] | None = None,
        fails_at: str = "",
        knows: Sequence[str] = (),
    ) -> None:
        self.moves, self.cleanup = list(moves), None if cleanup is None else list(cleanup)
        self.dead, self.fails_at = dead, fails_at
        self.commands = {*knows, *(["final_status_list"] if dead is not None else [])}
        if cleanup is not None:
            self.commands.add("kgs-genmove_cleanup")
        self.heard: list[str] = []
        self.deadlines: list[float | None] = []

    def begin(self, game: Game, *, seed: int = 0, time: TimeControl = NO_LIMIT) -> None:
        self.send("clear_board")

    def play(self, color: int, point: int, size: int) -> None:
        self.send("play", LETTER[color], vertex(point, size))

    def knows(self, command: str) -> bool:
        return command in self.commands

    def send(self, command: str, *args: object, timeout: float | None = None) -> str:
        self.heard.append(" ".join([command, *map(str, args)]))
        if command == self.fails_at:
            raise EngineError(f"scripted: {command} failed\non two lines")
        if command == "final_status_list":
            return self.dead or ""
        if command in ("genmove", "kgs-genmove_cleanup"):
            self.deadlines.append(timeout)
            script = self.moves if command == "genmove" else self.cleanup
            answer = script.pop(0) if script else "pass"
            if isinstance(answer, EngineError):
                raise answer
            return answer if isinstance(answer, str) else answer()
        return ""


def context_of(
    logs: Path,
    *entrants: Entrant,
    size: int = 5,
    rules: str = "chinese-kgs",
    komi: float = 0.5,
    concurrency: int = 1,
    time: TimeControl | None = None,
    patience: float = 10.0,
    seed: int = 0,
) -> ArbiterContext:
    """A small league."""
    return ArbiterContext(
        entrants={entrant.name: entrant for entrant in entrants},
        size=size,
        rules=PRESETS[rules],
        komi=komi,
        logs=logs,
        concurrency=concurrency,
        time=time,
        patience=patience,
        seed=seed,
    )

"""An arbiter plays games between players and says what happened; ratings are computed elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tessera.clock import TimeControl
    from tessera.rules.ruleset import Ruleset

VOID = "Void"
"""SGF's result of a game that counts for nobody: an engine crashed, hung or broke the protocol."""


@dataclass(frozen=True)
class Entrant:
    """One player of a league, as its file describes it."""

    name: str
    """Unique in the league; what records and reports show."""
    kind: str
    """'tessera' (a network, the random player: anything our own program plays) or 'engine' (a program outside)."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """tessera: ckpt, player, visits, seconds, evaluator, device, set, and in a file level, rank or elo. engine: profile
    or command, settings, seconds."""


@dataclass(frozen=True)
class Opening:
    """Moves every game of a pair begins with."""

    name: str
    """Unique among the openings of a league, so that a pair with swapped colours can be found."""
    moves: tuple[tuple[int, int], ...] = ()
    """(color, point) in order, legal under the league's rules."""


@dataclass(frozen=True)
class Task:
    """One game to be played."""

    number: int
    """Unique in the league; the same number again is the replay of a void game."""
    black: str
    white: str
    opening: Opening
    attempt: int = 1


@dataclass(frozen=True)
class GameRecord:
    """One game, finished or void."""

    number: int
    black: str
    white: str
    result: str
    """SGF's RE: 'B+3.5', 'W+R', 'W+T' (time), 'W+F' (forfeit by an illegal move), '0', 'Void'."""
    moves: tuple[tuple[int, int], ...]
    """(color, point) in order, those of the opening first."""
    size: int
    komi: float
    rules: str
    """The preset's name."""
    opening: str
    """The opening's name."""
    seconds: tuple[float, float]
    """Thinking time of Black and of White."""
    attempt: int = 1
    note: str = ""
    """Why a game is void or was forfeited, how dead stones were settled; one line."""
    culprit: str = ""
    """The player who made a game void."""


@dataclass(frozen=True)
class ArbiterContext:
    """What every game of a league shares."""

    entrants: Mapping[str, Entrant]
    size: int
    rules: Ruleset
    komi: float
    logs: Path
    """Folder for what engines write to stderr; exists."""
    seed: int = 0
    concurrency: int = 1
    """Games an arbiter of processes may play at the same time."""
    time: TimeControl | None = None
    """The clock of each side; without one nobody loses on time."""
    patience: float = 60.0
    """Seconds after which an engine that owes an answer counts as hung."""
    manager: Any = None
    """The `tessera.plugins.Manager` that players and networks come from."""
    started: Callable[[Task], None] = lambda task: None
    """To be called when a game begins, from any thread: who watches the league sees it going on."""
    stopped: Callable[[], bool] = lambda: False
    """To be asked every second or so: once true, `play` ends within a few seconds, whatever is left to play."""


class Arbiter(Protocol):
    """Plays games. `close` may be called at any time from the thread that iterates, and twice."""

    def play(self, tasks: Sequence[Task]) -> Generator[GameRecord, None, None]:
        """One record for each task, in the order in which the games end. Closing the generator stops the rest.

        A malfunction of one player is a void game, not an exception.
        """
        ...

    def close(self) -> None:
        """End every process and free what was loaded."""
        ...


@dataclass(frozen=True)
class ArbiterSpec:
    """An arbiter a plugin offers under a name."""

    name: str
    summary: str
    settings: type[Any]
    """The frozen dataclass of its settings, see `tessera.settings`."""
    accepts: Callable[[Entrant, Entrant, Any], bool]
    """accepts(black, white, manager): whether it can play these two against each other; loads nothing. `manager` is
    the `tessera.plugins.Manager` that knows the players."""
    build: Callable[[ArbiterContext, Any], Arbiter]
    """build(context, settings) -> arbiter."""
    priority: int = 0
    """Among the arbiters that accept a pair the highest plays it."""

"""A player chooses moves in a game: random, one network pass, a search, or a program outside."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from tessera.interfaces.analysis import Analysis

if TYPE_CHECKING:
    from tessera.rules.game import Game

RESIGN = -1
"""The move 'resign' among points."""


@dataclass(frozen=True)
class Limits:
    """How long to think. Whichever is reached first ends the search; None means no such limit."""

    visits: int | None = None
    """Most visits of the root, its own evaluation and those of a kept tree included (KataGo's maxVisits). A tree that
    has as many already is not searched further."""
    seconds: float | None = None
    """Wall time."""
    extra_seconds: float = 0.0
    """Wall time beyond `seconds` that a move may take while the player cannot make up its mind."""


@dataclass(frozen=True)
class Ban:
    """Moves one side may not play in the first plies below the root."""

    color: int
    """BLACK or WHITE: whose moves."""
    points: tuple[int, ...]
    """0..P-1, P for pass."""
    depth: int
    """Plies from the root in which the ban holds; 1 is the root's own move."""


@dataclass(frozen=True)
class Options:
    """How to choose, beside how long to think."""

    allow_resign: bool = True
    deterministic: bool = False
    """No randomness at all (GTP's reg_genmove)."""
    avoid: tuple[int, ...] = ()
    """Points not to be considered as the next move."""
    allow: tuple[int, ...] = ()
    """When not empty, the only points to be considered as the next move."""
    bans: tuple[Ban, ...] = ()
    """Moves not to be considered further down, or by the other side."""
    wide_root_noise: float = 0.0
    """How much more evenly the root's moves are looked at than for play; 0: as for play (KataGo's wideRootNoise)."""
    moves_ownership: bool = False
    """Whether the answer shall carry each move's own ownership."""
    fast_cleanup: bool = False
    """Do not pass while dead stones stand on the board (GTP's kgs-genmove_cleanup)."""


PLAYED_OUT = Options(allow_resign=False)
"""As between programs: nobody resigns."""


@dataclass(frozen=True)
class Choice:
    """A chosen move and why."""

    point: int
    """0..P-1, P for pass, RESIGN."""
    analysis: Analysis | None = None


OnReport = Callable[[Analysis], None]


@dataclass(frozen=True)
class Watch:
    """Who looks on while a player thinks."""

    stop: threading.Event = field(default_factory=threading.Event)
    """Set to end the thought: the player returns soon (tens of milliseconds) with what it has."""
    report: OnReport | None = None
    """Called with what is known so far, from the thread that thinks."""
    interval: float = 1.0
    """Least seconds between two reports."""


UNWATCHED = Watch()
"""Nobody looks on, and nobody stops it."""


@runtime_checkable
class Player(Protocol):
    """Chooses moves. One instance serves one game at a time; it may keep a search tree between moves."""

    name: str

    def choose(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Choice:
        """The move `color` would play now; `game` is not changed."""
        ...

    def analyze(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Analysis:
        """Like `choose`, without choosing: no resignation, no randomness. Limits() runs until `watch.stop`."""
        ...

    def close(self) -> None:
        """Release what the player holds. Safe to call twice."""
        ...


@runtime_checkable
class Reproducible(Protocol):
    """A player whose games can be repeated one by one."""

    def begin(self, slot: int, seed: int) -> None:
        """A new game in a slot (0 where there is one): what is random in it follows from the seed alone."""
        ...


@runtime_checkable
class BatchPlayer(Reproducible, Protocol):
    """The same player in many games at once, so that its network is asked for all of them together.

    Game for game it plays what a `Player` of the same settings plays from the same seed, except where a network's
    answers depend on the number of positions in its batch.
    """

    def play(
        self, slots: Sequence[int], games: Sequence[Game], limits: Limits, *, options: Options = PLAYED_OUT
    ) -> Sequence[int]:
        """For each of some games, all of one size, the move its side to play would make now: 0..P-1, P for pass.

        A game keeps its slot from `begin` to its end; slots are below the number the player was built for. The games
        are not changed.
        """
        ...

    def close(self) -> None:
        """Release what the player holds. Safe to call twice."""
        ...


@runtime_checkable
class BatchAnalyst(Protocol):
    """A player for many games that also analyses many positions at once."""

    def analyze_batch(
        self, games: Sequence[Game], limits: Limits, *, options: Options = Options()
    ) -> Sequence[Analysis]:
        """`Player.analyze` of some games, all of one size, in slots from 0 on, each for its side to play.

        `limits` must not be empty: nobody can stop it.
        """
        ...


@runtime_checkable
class Forgetful(Protocol):
    """A player that keeps something between moves and can drop it."""

    def forget(self) -> None:
        """The next thought starts from nothing."""
        ...


@runtime_checkable
class Foresight(Protocol):
    """A player with a network that says who will own which point; the judge of dead stones hears it."""

    def expected_owners(self, game: Game) -> Sequence[float]:
        """[P] in -1..1, +1 for Black, whoever is to play. Leaves a search tree alone."""
        ...


@dataclass(frozen=True)
class PlayerSpec:
    """A kind of player a plugin offers under a name, e.g. 'search', 'policy', 'random'."""

    name: str
    summary: str
    settings: type[Any]
    """The frozen dataclass of its settings, see `tessera.settings`; checked before anything is loaded."""
    build: Callable[[PlayerContext, Any], Player]
    """build(context, settings) -> player."""
    build_batch: Callable[[PlayerContext, Any, int], BatchPlayer] | None = None
    """build_batch(context, settings, games) -> the same player for up to `games` games at once; None: it has none,
    and arbiters play its games one by one."""
    needs_network: bool = False


@dataclass(frozen=True)
class PlayerContext:
    """What the core hands to a player that is being built."""

    evaluator: Any = None
    """An `Evaluator` when the spec needs a network, else None."""
    size: int = 19
    """Board side the player will start on; a game of another size must still work."""
    seed: int = 0

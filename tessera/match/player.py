"""A GTP engine as a player: GnuGo, KataGo, Pachi, or another Tessera."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tessera.clock import NO_LIMIT, SideClock, TimeControl
from tessera.engines import Profile
from tessera.errors import BadValue, EngineError
from tessera.interfaces.analysis import Analysis
from tessera.interfaces.arbiter import ArbiterContext, Entrant
from tessera.interfaces.player import RESIGN, UNWATCHED, Choice, Limits, Options, Watch
from tessera.match.engine import LETTER, EngineProcess
from tessera.match.launch import plan_profile
from tessera.rules.benson import chains
from tessera.rules.coords import parse_vertex

if TYPE_CHECKING:
    from tessera.rules.game import Game
    from tessera.rules.ruleset import Ruleset

CLEANUP = "kgs-genmove_cleanup"
STATUS = "final_status_list"
Setup = tuple[int, float, tuple[tuple[int, int], ...]]
"""Size, komi and set-up stones: what a new game starts with."""


def open_external(
    profile: Profile,
    rules: Ruleset,
    *,
    size: int,
    settings: Mapping[str, object] | None = None,
    seed: int = 0,
    patience: float = 120.0,
) -> EnginePlayer:
    """An installed engine by its profile, set to `rules`. Raises `EngineError`, or `BadValue` for what it lacks."""
    entrant = Entrant(profile.title, "engine", {"settings": settings or {}})
    context = ArbiterContext({entrant.name: entrant}, size=size, rules=rules, komi=0.0, logs=Path())
    engine = EngineProcess(plan_profile(entrant, context, profile), seed=seed, patience=patience)
    try:
        engine.greet()
    except EngineError:
        engine.close()
        raise
    return EnginePlayer(engine, name=f"{profile.title} {engine.version}".strip(), seed=seed)


class EnginePlayer:
    """Keeps the engine's board in step with the game and asks for moves."""

    def __init__(self, engine: EngineProcess, *, name: str, seed: int = 0, time: TimeControl = NO_LIMIT) -> None:
        """`seed` and `time` are told to the engine at the start of a game; the engine has been greeted."""
        self.name = name
        self.engine = engine
        self.deadline: float | None = None
        """Seconds a move is waited for; None for the engine's patience."""
        self._seed, self._time = seed, time
        self._setup: Setup | None = None
        self._sent: list[tuple[int, int]] = []

    def choose(
        self, game: Game, color: int, limits: Limits, *, options: Options = Options(), watch: Watch = UNWATCHED
    ) -> Choice:
        """Ask for a move. `seconds` goes out as `time_settings`; an engine cannot be stopped in mid-thought.

        Raises `EngineError` when the engine fails, refuses the position, or answers no vertex. Whether the
        move is legal is for the caller's game to say.
        """
        self.follow(game)
        if limits.seconds is not None:
            self.engine.send("time_settings", 0, max(1, round(limits.seconds)), 1)
        command = "reg_genmove" if options.deterministic else "genmove"
        if options.fast_cleanup and self.engine.knows(CLEANUP):
            command = CLEANUP
        answer = self.engine.send(command, LETTER[color], timeout=self.deadline).strip()
        if answer.lower() == "resign":
            self._setup = None
            return Choice(RESIGN)
        try:
            point = parse_vertex(answer, game.size)
        except BadValue:
            raise EngineError(f"{self.name}: {answer[:40]!r} is no move on {game.size}x{game.size}") from None
        if command != "reg_genmove":
            self._sent.append((color, point))
        return Choice(point)

    def analyze(
        self, game: Game, color: int, limits: Limits, *, options: Options = Options(), watch: Watch = UNWATCHED
    ) -> Analysis:
        """GTP version 2 has no analysis: always raises `EngineError`."""
        raise EngineError(f"{self.name}: an external engine plays, it does not analyse")

    def follow(self, game: Game) -> None:
        """Bring the engine's board to the game's: by the new moves alone where they continue what it knows."""
        setup = (game.size, game.komi, tuple(sorted(game.setup.items())))
        moves = [(move.color, move.point) for move in game.moves]
        if setup != self._setup or moves[: len(self._sent)] != self._sent:
            self._setup, self._sent = None, []
            self.engine.begin(game, seed=self._seed, time=self._time)
            self._setup = setup
        for color, point in moves[len(self._sent) :]:
            self.engine.play(color, point, game.size)
            self._sent.append((color, point))

    def tell_time(self, color: int, clock: SideClock) -> None:
        """`time_left`, where the engine knows time controls."""
        if self.engine.knows("time_settings") and self.engine.knows("time_left"):
            self.engine.send("time_left", LETTER[color], max(0, int(clock.left)), clock.count)

    def dead_stones(self, game: Game) -> frozenset[int] | None:
        """The dead stones of a finished game, whole chains; None where it names no such thing. Raises `EngineError`."""
        if not self.engine.knows(STATUS):
            return None
        self.follow(game)
        try:
            dead = frozenset(parse_vertex(word, game.size) for word in self.engine.send(STATUS, "dead").split())
        except BadValue:
            return None
        named = frozenset(point for chain in chains(game.stones.tolist(), game.size) if chain & dead for point in chain)
        return dead if dead == named else None

    def close(self) -> None:
        self.engine.close()

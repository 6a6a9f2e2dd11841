"""A GTP engine outside as a player: GnuGo, KataGo, Pachi, or another Tessera."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tessera.engines import Profile
from tessera.errors import BadValue, EngineError
from tessera.gtp.client import GtpClient
from tessera.interfaces.analysis import Analysis
from tessera.interfaces.player import RESIGN, UNWATCHED, Choice, Limits, Options, Watch
from tessera.rules.coords import BLACK, parse_vertex, vertex

if TYPE_CHECKING:
    from tessera.rules.game import Game
    from tessera.rules.ruleset import Ruleset

LETTER = {BLACK: "b", 3 - BLACK: "w"}
Setup = tuple[int, float, tuple[tuple[int, int], ...]]
"""Size, komi and set-up stones: what a new game starts with."""


def open_external(
    profile: Profile, rules: Ruleset, *, settings: Mapping[str, object] | None = None, timeout: float = 120.0
) -> ExternalPlayer:
    """An installed engine by its profile, set to `rules`. Raises `EngineError`, or `BadValue` for rules it lacks."""
    program = profile.located()
    client = GtpClient(
        profile.command(rules.name, settings), name=profile.title, cwd=profile.directory(program), timeout=timeout
    )
    try:
        for line in profile.start_commands(rules.name):
            client.send(line)
        name = f"{profile.title} {client.send('version')}".strip()
    except EngineError:
        client.close()
        raise
    return ExternalPlayer(client, name=name)


class ExternalPlayer:
    """Keeps the engine's board in step with the game and asks for moves. Owns the client."""

    def __init__(self, client: GtpClient, *, name: str) -> None:
        self.name = name
        self._client = client
        self._setup: Setup | None = None
        self._sent: list[tuple[int, int]] = []

    def choose(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Choice:
        """Ask for a move. `seconds` goes out as `time_settings`; an engine cannot be stopped in mid-thought.

        Raises `EngineError` when the engine fails, refuses the position, or answers no vertex. Whether the
        move is legal is for the caller's game to say.
        """
        self._follow(game)
        if limits.seconds is not None:
            self._client.send("time_settings", 0, max(1, round(limits.seconds)), 1)
        command = "reg_genmove" if options.deterministic else "genmove"
        answer = self._client.send(command, LETTER[color]).strip()
        if answer.lower() == "resign":
            self._setup = None
            return Choice(RESIGN)
        try:
            point = parse_vertex(answer, game.size)
        except BadValue:
            raise EngineError(f"{self.name}: {answer[:40]!r} is no move") from None
        if command == "genmove":
            self._sent.append((color, point))
        return Choice(point)

    def analyze(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Analysis:
        """GTP version 2 has no analysis: always raises `EngineError`."""
        raise EngineError(f"{self.name}: an external engine plays, it does not analyse")

    def final_score(self, game: Game) -> str:
        """What the engine says of a finished game, as 'B+3.5'."""
        self._follow(game)
        return self._client.send("final_score").strip()

    def close(self) -> None:
        self._client.close()

    def _follow(self, game: Game) -> None:
        """Bring the engine's board to the game's: by the new moves alone where they continue what it knows."""
        setup = (game.size, game.komi, tuple(sorted(game.setup.items())))
        moves = [(move.color, move.point) for move in game.moves]
        if setup != self._setup or moves[: len(self._sent)] != self._sent:
            self._start(setup, game)
        for color, point in moves[len(self._sent) :]:
            self._play(color, point, game.size)
            self._sent.append((color, point))

    def _start(self, setup: Setup, game: Game) -> None:
        self._setup, self._sent = None, []
        self._client.send("boardsize", game.size)
        self._client.send("clear_board")
        self._client.send("komi", f"{game.komi:g}")
        black = [vertex(point, game.size) for point, color in setup[2] if color == BLACK]
        if game.handicap >= 2 and len(black) == len(setup[2]):
            self._client.send("set_free_handicap", *black)
        else:
            for point, color in setup[2]:
                self._play(color, point, game.size)
        self._setup = setup

    def _play(self, color: int, point: int, size: int) -> None:
        self._client.send("play", LETTER[color], vertex(point, size))

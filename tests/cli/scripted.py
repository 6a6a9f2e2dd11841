"""A player that plays what a test tells it to, behind the real plugin manager and the real options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import numpy as np
from click.testing import CliRunner, Result

from tessera.cli.main import App
from tessera.hookspecs import hookimpl
from tessera.interfaces.analysis import Analysis, MoveInfo
from tessera.interfaces.player import RESIGN, Choice, PlayerSpec
from tessera.plugins import build_manager
from tessera.rules.coords import BLACK, parse_vertex
from tessera.rules.game import Game
from tessera.settings import NoSettings

Think = Callable[[Game, int], str]
"""(game, color) -> a vertex, 'resign', or whatever it raises."""


def following(*words: str) -> Think:
    """The moves of a game in order, whoever plays them; passes after them."""
    return lambda game, color: words[len(game.moves)] if len(game.moves) < len(words) else "pass"


class ScriptedPlayer:
    """Expects Black to win more and more: 0.5 at the start, 1 point and 1% more with every move."""

    name = "scripted"

    def __init__(self, think: Think) -> None:
        self._think = think
        self.closed = False

    def choose(self, game: Game, color: int, limits: Any, **options: Any) -> Choice:
        analysis = self.analyze(game, color, limits, **options)
        return Choice(RESIGN if not analysis.moves else analysis.moves[0].point, analysis)

    def analyze(self, game: Game, color: int, limits: Any, *, report: Any = None, **options: Any) -> Analysis:
        word = self._think(game, color)
        sign = 1 if color == BLACK else -1
        winrate, score = 0.5 + sign * 0.01 * len(game.moves), sign * 1.0 * len(game.moves)
        moves: tuple[MoveInfo, ...] = ()
        if word != "resign":
            point = parse_vertex(word, game.size) if word[-1].isdigit() or word == "pass" else int(word, 36)
            moves = (MoveInfo(point, 7, winrate, score, 0.5, 0.0, (point, game.points), 1.0),)
        owned = np.zeros(game.points, np.float32)
        analysis = Analysis(color, game.size, moves, 7, winrate, score, owned, np.zeros(game.points + 1, np.float32))
        if report is not None:
            report(analysis)
        return analysis

    def close(self) -> None:
        self.closed = True


def app_with(think: Think) -> tuple[App, list[ScriptedPlayer]]:
    """An app that offers the player 'scripted', and the players it has built."""
    built: list[ScriptedPlayer] = []

    def build(context: Any, settings: NoSettings) -> ScriptedPlayer:
        built.append(ScriptedPlayer(think))
        return built[-1]

    class Plugin:
        @staticmethod
        @hookimpl
        def tessera_register_players(register: Callable[[PlayerSpec], None]) -> None:
            register(PlayerSpec("scripted", "does as told", NoSettings, build))

    manager = build_manager()
    manager.register(Plugin, "scripted")
    app = App()
    app._manager = manager
    return app, built


def run(command: click.Command, think: Think, *words: str) -> Result:
    """Run a command with the scripted player; a TesseraError is in `result.exception`."""
    app, built = app_with(think)
    result = CliRunner().invoke(command, [*words, "--player", "scripted"], obj=app, standalone_mode=False)
    assert all(player.closed for player in built), "every player is closed, however the command ends"
    return result

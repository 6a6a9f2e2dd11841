"""Kernels are there when the first move is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tessera.players import warm
from tessera.players.load import open_player
from tessera.plugins import build_manager

CODE = """
import gc
from numba.core.registry import CPUDispatcher
from tessera.interfaces.player import Limits
from tessera.players.load import open_player
from tessera.plugins import build_manager
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.endgame import judge
from tessera.rules.game import Game

def ready():
    found = [each for each in gc.get_objects() if isinstance(each, CPUDispatcher)]
    return {(each.__module__, each.__name__, str(key)) for each in found for key in each.overloads}

player = open_player(build_manager(), device="cpu")
before = ready()
game = Game(9)
game.play(BLACK, player.choose(game, BLACK, Limits(visits=20)).point)
game.play(WHITE, player.choose(game, WHITE, Limits(visits=20)).point)
player.analyze(Game(13), BLACK, Limits(visits=4))
judge(game)
print(sorted(ready() - before))
"""


def test_a_move_compiles_and_loads_nothing_once_the_player_is_open() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_what_takes_long_is_told_until_it_is_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(warm, "_marker", lambda kind: tmp_path / kind)
    told: list[str] = []
    manager = build_manager()
    open_player(manager, device="cpu", tell=told.append)
    assert told == [warm.NEWS]
    open_player(manager, device="cpu", tell=told.append)
    assert told == [warm.NEWS], "a second time nothing is compiled"
    open_player(manager, player="random", tell=told.append)
    assert told == [warm.NEWS], "who needs no network is not waited for"


def test_a_player_that_cannot_be_warmed_up_plays_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ArithmeticError("5x5")

    monkeypatch.setattr("tessera.players.load.warm_up_player", fail)
    told: list[str] = []
    open_player(build_manager(), device="cpu", tell=told.append).close()
    assert told == ["player search could not be warmed up, its first move may take longer: ArithmeticError('5x5')"]


def test_self_play_and_leagues_are_warmed_up_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(warm, "_marker", lambda kind: tmp_path / kind)
    warm.warm_up(build_manager())
    assert [path.name for path in tmp_path.iterdir()] == ["search"]
    from tessera.rules.cpu import LOOPS

    assert all(loop.serial.overloads for loop in LOOPS.values())

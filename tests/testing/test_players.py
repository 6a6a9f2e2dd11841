"""Our own players conform, and each way for a player to misbehave is caught."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tessera.interfaces.analysis import Analysis
from tessera.interfaces.player import UNWATCHED, Choice, Limits, Options, PlayerContext, PlayerSpec, Watch
from tessera.plugins import build_manager
from tessera.rules.game import Game
from tessera.settings import NoSettings
from tessera.testing import ConformanceError, check_player

MANAGER = build_manager(load_entry_points=False)


@pytest.mark.parametrize("name", MANAGER.players)
def test_our_players(name: str) -> None:
    evaluator = MANAGER.evaluators["torch"].build(MANAGER.networks["uniform"].build(NoSettings()), "cpu")
    check_player(MANAGER.players[name], context=PlayerContext(evaluator=evaluator, size=5))


class First:
    """The first legal point. Right, until one of its parts is replaced."""

    name = "first"

    def choose(self, game: Game, color: int, limits: Limits, *, options: Options = Options(), **_: Any) -> Choice:
        legal = [int(point) for point in np.flatnonzero(game.legal_mask(color)) if point not in options.avoid]
        wanted = [point for point in legal if point in options.allow] if options.allow else legal
        return Choice(wanted[0] if wanted else game.points)

    def analyze(self, game: Game, color: int, limits: Limits, **_: Any) -> Analysis:
        legal = game.legal_mask(color)
        policy = np.where(legal, np.float32(1 / legal.sum()), np.float32(-1))
        return Analysis(color, game.size, (), 0, 0.5, 0.0, np.zeros(game.points, np.float32), policy)

    def close(self) -> None:
        pass


def check(player: First) -> None:
    check_player(PlayerSpec("first", "for tests", NoSettings, lambda context, settings: player), sizes=(5,))


def test_the_right_player_passes() -> None:
    check(First())


Chooser = Callable[..., Choice]


def occupied(player: First, game: Game, color: int, limits: Limits, **rest: Any) -> Choice:
    return Choice(0)


def playing(player: First, game: Game, color: int, limits: Limits, **rest: Any) -> Choice:
    choice = First.choose(player, game, color, limits, **rest)
    game.play(color, choice.point)
    return choice


def headstrong(player: First, game: Game, color: int, limits: Limits, **rest: Any) -> Choice:
    return First.choose(player, game, color, limits)


def restless(
    player: First, game: Game, color: int, limits: Limits, *, options: Options = Options(), **_: Any
) -> Choice:
    vars(player)["turn"] = vars(player).get("turn", 0) + 1
    right = First.choose(player, game, color, limits, options=options)
    if options.allow or options.avoid or not options.deterministic:
        return right
    return Choice(int(np.flatnonzero(game.legal_mask(color))[vars(player)["turn"] % 3]))


@pytest.mark.parametrize(
    ("choose", "words"),
    [
        (occupied, "is legal"),
        (playing, r"choose\(\) leaves the game unchanged"),
        (headstrong, "`allow` leaves it that one move"),
        (restless, "answer alike every time"),
    ],
)
def test_a_wrong_choice_is_caught(choose: Chooser, words: str) -> None:
    wrong = type("Wrong", (First,), {"choose": choose})
    with pytest.raises(ConformanceError, match=f"player 'first': expected that .*{words}"):
        check(wrong())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"winrate": 1.5}, "winrate 1.5 lies within"),
        ({"score": float("nan")}, "score is finite"),
        ({"color": 0}, "colour and size asked for"),
        ({"size": 9}, "colour and size asked for"),
        ({"ownership": np.zeros(3, np.float32)}, "ownership has the shape"),
        ({"policy": np.zeros(26, np.float32)}, "policy is -1 exactly"),
    ],
)
def test_a_wrong_analysis_is_caught(changes: dict[str, Any], words: str) -> None:
    class Wrong(First):
        def analyze(self, game: Game, color: int, limits: Limits, **rest: Any) -> Analysis:
            return dataclasses.replace(super().analyze(game, color, limits, **rest), **changes)

    with pytest.raises(ConformanceError, match=words):
        check(Wrong())


def test_a_player_who_does_not_stop_is_caught() -> None:
    class Deaf(First):
        def analyze(self, game: Game, color: int, limits: Limits, *, watch: Watch = UNWATCHED, **rest: Any) -> Analysis:
            if watch is not UNWATCHED and watch.report is None:
                time.sleep(2.2)
            return super().analyze(game, color, limits, **rest)

    with pytest.raises(ConformanceError, match="after stop"):
        check(Deaf())

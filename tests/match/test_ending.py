"""Dead stones: by agreement, by playing on, by playouts."""

from __future__ import annotations

import pytest

from tessera.errors import EngineError
from tessera.match.ending import PLAY_ON, count
from tessera.match.player import EnginePlayer
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.diagram import parse
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS
from tests.match.scripted import CYCLE_BLACK, CYCLE_WHITE, Scripted

LONE = """
. . X . .
. . X . O
. . X . .
. . X . .
. . X . .
"""
"""White's stone at E4 can be taken, or left to live if nobody cares: 24.5 for Black, or 14.5 and one for White."""


def after_passes(rules: str = "chinese-kgs") -> Game:
    game = Game(5, rules=PRESETS[rules], komi=0.5)
    game.set_up(parse(LONE).stones, BLACK)
    game.play(BLACK, 25)
    game.play(WHITE, 25)
    return game


def seats(black: Scripted, white: Scripted) -> dict[int, EnginePlayer]:
    return {BLACK: EnginePlayer(black, name="anna"), WHITE: EnginePlayer(white, name="bert")}


TAKEN = ["E3", "D4", "E5"]
"""Black's moves that take the stone, when White passes."""


@pytest.mark.parametrize(
    ("black", "white", "result", "note"),
    [
        (Scripted(dead="E4"), Scripted(dead="e4"), "B+24.5", "dead stones agreed"),
        (Scripted(dead=""), Scripted(dead=""), None, "dead stones agreed"),
        (Scripted(dead="E4", cleanup=TAKEN), Scripted(dead=""), "B+24.5", "dead stones by playing on from move 3"),
        (Scripted(dead="E4"), Scripted(dead=""), None, "dead stones by playing on from move 3"),
        (Scripted(TAKEN), Scripted(dead=""), "B+24.5", "dead stones by playing on from move 3"),
        (Scripted(dead="A1", cleanup=TAKEN), Scripted(dead="A1"), "B+24.5", "dead stones by playing on"),
        (Scripted(dead="C1", cleanup=TAKEN), Scripted(dead="C1"), "B+24.5", "dead stones by playing on"),
        (Scripted(dead="Z9", cleanup=TAKEN), Scripted(dead="Z9"), "B+24.5", "dead stones by playing on"),
        (Scripted(["resign"]), Scripted(), "B+24.5", "dead stones by playouts, for anna answered 'resign'"),
        (
            Scripted(["banana"]),
            Scripted(),
            "B+24.5",
            "for anna failed when playing on (anna: 'banana' is no move on 5x5)",
        ),
        (
            Scripted(["C3"]),
            Scripted(),
            "B+24.5",
            "for anna failed when playing on (illegal move: black C3",
        ),
        (Scripted(), Scripted([EngineError("x")]), "B+24.5", "for bert failed when playing on (x)"),
        (Scripted(), Scripted(fails_at="play"), "B+24.5", "for bert failed when playing on"),
    ],
)
def test_how_dead_stones_are_settled(black: Scripted, white: Scripted, result: str | None, note: str) -> None:
    game = after_passes()
    counted = count(game, seats(black, white))
    assert note in counted.note
    assert str(counted.score) == (result or str(count(game, seats(Scripted(dead=""), Scripted(dead=""))).score))
    assert len(game.moves) == 2, "the game itself is unchanged"


def test_alive_by_agreement_differs_from_dead() -> None:
    game = after_passes()
    alive = count(game, seats(Scripted(dead=""), Scripted(dead=""))).score
    assert alive.margin < count(game, seats(Scripted(dead="E4"), Scripted(dead="E4"))).score.margin


def test_moves_of_playing_on_belong_to_the_game_under_area_scoring() -> None:
    counted = count(after_passes(), seats(Scripted(TAKEN), Scripted()))
    assert len(counted.game.moves) == 2 + 2 * len(TAKEN) + 1


def test_territory_is_not_spent_by_playing_on() -> None:
    game = after_passes("japanese")
    agreed = count(game, seats(Scripted(dead="E4"), Scripted(dead="E4")))
    played = count(game, seats(Scripted(TAKEN), Scripted()))
    assert str(played.score) == str(agreed.score)
    assert "E3 pass D4 pass E5" in played.note
    assert played.game is game


def test_playing_on_has_an_end() -> None:
    game = Game(2, rules=PRESETS["chinese"], komi=0.5)
    game.play(BLACK, 4)
    game.play(WHITE, 4)
    counted = count(game, seats(Scripted(CYCLE_BLACK * 9), Scripted(CYCLE_WHITE * 9)))
    assert counted.note == f"dead stones by playouts, for playing on did not end within {4 * PLAY_ON} moves"
    assert str(counted.score) == "W+0.5"

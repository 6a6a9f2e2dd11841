"""External engines as players: GnuGo itself, and its board kept in step with ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tessera.engines import load_profile
from tessera.errors import BadValue, EngineError
from tessera.interfaces.player import Limits, Options
from tessera.match.player import EnginePlayer, open_external
from tessera.players.random import RandomPlayer
from tessera.rules.coords import BLACK, WHITE, parse_vertex
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS
from tessera.rules.scoring import score

pytestmark = pytest.mark.gnugo
RULES = PRESETS["chinese-kgs"]


@pytest.fixture
def engine() -> Iterator[EnginePlayer]:
    player = open_external(load_profile("gnugo"), RULES, size=9, settings={"level": 1, "seed": 1})
    yield player
    player.close()


def test_a_whole_game_against_random_is_won_and_agreed(engine: EnginePlayer) -> None:
    game, random = Game(5, rules=RULES, komi=0.5), RandomPlayer(seed=1)
    while not game.is_over and len(game.moves) < 200:
        player = engine if game.to_play == BLACK else random
        game.play(game.to_play, player.choose(game, game.to_play, Limits()).point)
    assert game.is_over
    assert score(game).margin > 0
    assert engine.engine.send("final_score").startswith("B+")


def test_the_engine_follows_undo_setup_and_handicap(engine: EnginePlayer) -> None:
    game = Game(9, rules=RULES)
    first = engine.choose(game, BLACK, Limits()).point
    other = parse_vertex("A1", 9)
    assert first != other
    game.play(BLACK, other)  # not the move it chose: its board has to be set anew
    assert game.is_legal(WHITE, engine.choose(game, WHITE, Limits()).point)
    game.set_handicap([parse_vertex("C3", 9), parse_vertex("G7", 9)])
    assert game.is_legal(WHITE, engine.choose(game, WHITE, Limits(seconds=1)).point)
    game.set_up({parse_vertex("E5", 9): WHITE, parse_vertex("D5", 9): BLACK})
    choice = engine.choose(game, BLACK, Limits(), options=Options(deterministic=True))
    assert game.is_legal(BLACK, choice.point)
    assert choice.point == engine.choose(game, BLACK, Limits(), options=Options(deterministic=True)).point


def test_what_it_cannot_do_is_one_clear_error(engine: EnginePlayer) -> None:
    with pytest.raises(EngineError, match="does not analyse"):
        engine.analyze(Game(9), BLACK, Limits())
    with pytest.raises(BadValue, match="rules for GNU Go"):
        open_external(load_profile("gnugo"), PRESETS["bga"], size=9)
    with pytest.raises(EngineError, match="failed"):
        engine.choose(Game(25), BLACK, Limits())  # GNU Go stops at 19x19

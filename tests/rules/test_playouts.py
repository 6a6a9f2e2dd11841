"""Random playouts: eyes stay open, finished boards stay as they are, colours are alike."""

from __future__ import annotations

import numpy as np
import pytest

from tessera.rules.coords import BLACK, WHITE, parse_vertex
from tessera.rules.game import Game
from tessera.rules.layout import tables
from tessera.rules.playouts import is_eye, playout_ownership
from tessera.rules.ruleset import PRESETS


def board(size: int, **stones: str) -> Game:
    """black="A1 B1", white=..."""
    game = Game(size)
    colors = {"black": BLACK, "white": WHITE}
    game.set_up({parse_vertex(v, size): colors[name] for name, text in stones.items() for v in text.split()})
    return game


@pytest.mark.parametrize(
    ("point", "black", "white", "eye"),
    [
        ("C3", "B3 D3 C2 C4", "", True),
        ("C3", "B3 D3 C2 C4", "B2", True),
        ("C3", "B3 D3 C2 C4", "B2 D4", False),
        ("C3", "B3 D3 C2", "", False),
        ("C3", "B3 D3 C2", "C4", False),
        ("C1", "B1 D1 C2", "", True),
        ("C1", "B1 D1 C2", "B2", False),
        ("A1", "A2 B1", "", True),
        ("A1", "A2 B1", "B2", False),
        ("E5", "E4 D5", "", True),
    ],
)
def test_eyes(point: str, black: str, white: str, eye: bool) -> None:
    game = board(5, black=black, white=white)
    assert bool(is_eye(game.state, 5, tables(5), parse_vertex(point, 5), BLACK)) == eye
    assert not is_eye(game.state, 5, tables(5), parse_vertex(point, 5), WHITE)


def test_a_finished_board_stays_as_it_is() -> None:
    """Two eyes for each side, nothing else empty."""
    walls = {"black": "A2 B1 B2 C2 C1 E2 D1 D2", "white": "A4 B4 C4 D4 E4 B5 C5 A3 B3 C3 D3 E3 E5"}
    game = board(5, **walls)
    ownership = playout_ownership(game, 100)
    assert set(ownership[:15]) == {-1.0}  # rows 5, 4, 3 from the top
    assert set(ownership[15:]) == {1.0}


def test_an_empty_board_belongs_to_nobody_and_a_seed_repeats() -> None:
    game = Game(9)
    ownership = playout_ownership(game)
    assert abs(ownership.mean()) < 0.05
    assert np.array_equal(ownership, playout_ownership(game))
    assert not np.array_equal(ownership, playout_ownership(game, seed=1))


@pytest.mark.parametrize("rules", sorted(PRESETS))
@pytest.mark.parametrize("size", [2, 9, 25])
def test_any_size_rules_and_moment(size: int, rules: str) -> None:
    """A game's own ko, its passes and its scoring do not matter to a playout."""
    game = Game(size, rules=PRESETS[rules])
    game.play(BLACK, 0)
    for color in (WHITE, BLACK):
        game.play(color, game.points)
    assert np.abs(playout_ownership(game, 10)).max() <= 1.0
    assert game.is_over

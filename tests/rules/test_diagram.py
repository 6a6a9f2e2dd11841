"""Boards as text, both ways."""

from __future__ import annotations

import pytest

from tessera.errors import BadValue
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.diagram import draw, parse, render
from tessera.rules.game import Game


def test_round_trip() -> None:
    text = ". X O\nO . .\n. . X"
    diagram = parse(text)
    assert diagram.size == 3 and diagram.stones == {1: BLACK, 2: WHITE, 3: WHITE, 8: BLACK}
    game = Game(3)
    game.set_up(diagram.stones)
    assert render(game.stones.tolist(), 3) == text


def test_names_and_other_symbols() -> None:
    diagram = parse("""
        # a ,
        @ + b
        . . .
    """)
    assert diagram.stones == {0: BLACK, 3: WHITE} and diagram.names == {"a": 1, "b": 5}


@pytest.mark.parametrize("text", [".", ". .", ". X\n. Q", ". .\n.", "a .\n. a", "", "é .\n. .", "\n".join(["."] * 26)])
def test_refused(text: str) -> None:
    with pytest.raises(BadValue):
        parse(text)


def test_draw() -> None:
    game = Game(4, komi=2.5)
    for color, point in ((BLACK, 1), (WHITE, 0), (BLACK, 4), (WHITE, 7)):
        game.play(color, point)
    assert draw(game).splitlines() == [
        "   A B C D",
        " 4 . X . .  4",
        " 3 X . .(O) 3",
        " 2 . . . .  2",
        " 1 . . . .  1",
        "   A B C D",
        "black to play, move 5, komi 2.5",
        "prisoners: black has taken 1, white 0",
    ]


@pytest.mark.parametrize("size", [2, 9, 10, 19, 25])
def test_every_row_and_column_is_named(size: int) -> None:
    game = Game(size)
    game.play(BLACK, size * size)
    lines = draw(game).splitlines()
    assert "(" not in "".join(lines)
    assert len({len(line) for line in lines[1 : size + 1]}) == 1
    assert [int(line[:2]) for line in lines[1 : size + 1]] == list(range(size, 0, -1))
    game.play(WHITE, size * size - 1)
    assert draw(game).splitlines()[size].endswith("(O) 1")

"""Positions: set up, play, take back, read and write."""

from __future__ import annotations

import numpy as np
import pytest

import tessera
from tessera import Position


def test_a_position_is_played_and_taken_back() -> None:
    position = Position(5, moves="C3 B2")
    assert (position.to_play, position.moves, position.komi) == ("black", ("C3", "B2"), 7.5)
    assert position.stones.tolist()[2][2] == 1 and position.stones[3, 1] == 2, "row 0 is the top"
    assert position.undo(2).moves == () and not position.stones.any()


def test_copies_and_the_history_are_independent() -> None:
    position = Position(5, moves="C3 B2 pass")
    steps = position.history()
    position.play("A1")
    assert [step.moves for step in steps] == [(), ("C3",), ("C3", "B2"), ("C3", "B2", "pass")]
    steps[1].play("D4")
    assert steps[2].moves == ("C3", "B2")


def test_legal_moves_know_ko_and_end_with_pass() -> None:
    ko = Position.from_diagram(
        """
        . X O .
        X . X O
        . X O .
        . . . .
        """,
        to_play="white",
    )
    ko.play("B3")
    assert "C3" not in ko.legal_moves and not ko.is_legal("c3") and ko.legal_moves[-1] == "pass"
    with pytest.raises(tessera.IllegalMove):
        ko.play("C3")


def test_a_game_goes_to_sgf_and_comes_back() -> None:
    position = Position(7, rules="japanese", komi=6.5, moves="D4 C3 pass")
    again = Position.from_sgf(position.to_sgf(black="me", white="you", result="B+R").encode())
    assert (again.moves, again.komi, again.rules, again.size) == (position.moves, 6.5, "japanese", 7)
    assert Position.from_sgf(position.to_sgf().encode(), move=2).moves == ("D4",)


def test_two_passes_end_a_game_and_it_can_be_counted() -> None:
    position = Position(5, komi=0.5, moves="C3 pass pass")
    assert position.is_over and str(position.score()) == "B+24.5" and position.score().margin == 24.5


def test_stones_are_a_copy() -> None:
    position = Position(5, moves="C3")
    position.stones[:] = 0
    assert position.stones[2, 2] == 1 and np.count_nonzero(position.stones) == 1

"""Openings: legal, fixed by their seed, each under a name of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tessera import sgf
from tessera.errors import BadValue, SgfError
from tessera.league.config import LeagueConfig, Openings
from tessera.league.openings import OpeningBook, random_moves
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS
from tests.league.fakes import config_of


def book_of(folder: Path, moves: int = 4, size: int = 5) -> LeagueConfig:
    return config_of(size=size, openings={"kind": "book", "moves": moves, "folder": str(folder)})


def write(folder: Path, name: str, *points: int, size: int = 5) -> None:
    game = Game(size)
    for point in points:
        game.play(game.to_play, point)
    sgf.save(folder / name, sgf.dumps(game))


def test_random_openings_are_legal_and_alternate() -> None:
    config = config_of(size=3, openings={"moves": 7})
    for index in range(50):
        game = Game(3, rules=config.ruleset)
        moves = OpeningBook(config)[index].moves
        assert [color for color, _ in moves] == [BLACK, WHITE] * 3 + [BLACK]
        for color, point in moves:
            assert point < game.points, "no passes"
            game.play(color, point)


def test_a_seed_fixes_them() -> None:
    one, again, other = (OpeningBook(config_of(seed=seed)) for seed in (1, 1, 2))
    assert [one[i] for i in range(9)] == [again[i] for i in reversed(range(9))][::-1]
    assert one[3].moves != other[3].moves
    assert one[3].name == "random 1-3" and one.digest == ""
    assert len({one[i].moves for i in range(100)}) > 90


def test_no_moves_is_the_empty_board_again_and_again() -> None:
    book = OpeningBook(config_of(openings={"moves": 0}))
    assert [(book[i].name, book[i].moves) for i in range(3)] == [
        ("empty board", ()),
        ("empty board/2", ()),
        ("empty board/3", ()),
    ]


def test_a_board_without_room() -> None:
    with pytest.raises(BadValue, match="openings: moves: got 60, allowed: as many as fit on 2x2"):
        random_moves(2, PRESETS["chinese-kgs"], 60, np.random.default_rng(1))


def test_a_book(tmp_path: Path) -> None:
    write(tmp_path, "b.sgf", 6, 8, 16, 18, 12)
    write(tmp_path, "a.sgf", 12, 6)
    write(tmp_path, "c.sgf", 6, 8, 16, 18, 11)  # as b, after four moves
    book = OpeningBook(book_of(tmp_path))
    assert [book[i].name for i in range(5)] == ["a", "b", "a/2", "b/2", "a/3"]
    assert book[1].moves == ((BLACK, 6), (WHITE, 8), (BLACK, 16), (WHITE, 18)) == book[3].moves
    before = book.digest
    assert len(before) == 64
    write(tmp_path, "d.sgf", 7)
    assert OpeningBook(book_of(tmp_path)).digest != before


def test_books_that_are_none(tmp_path: Path) -> None:
    config = book_of(tmp_path)
    with pytest.raises(BadValue, match=r"openings: folder: got .0 files., allowed: 1 to 100000 files"):
        OpeningBook(config)
    cases = {
        "size": ("(;SZ[9];B[aa])", "it needs an empty 5x5 board"),
        "stones": ("(;SZ[5]AB[aa];W[bb])", "it needs an empty 5x5 board"),
        "pass": ("(;SZ[5];B[aa];W[])", "move 2 of an opening is a pass or out of turn"),
        "turn": ("(;SZ[5];B[aa];B[bb])", "move 2 of an opening is a pass or out of turn"),
        "illegal": ("(;SZ[5];B[aa];W[aa])", "move 2"),
        "no": ("hello", "not an SGF file"),
    }
    for name, (text, words) in cases.items():
        path = tmp_path / f"{name}.sgf"
        path.write_text(text)
        with pytest.raises(SgfError) as caught:
            OpeningBook(config)
        assert words in str(caught.value) and str(caught.value).startswith(str(path))
        path.unlink()


def test_suicide_in_a_book_is_for_the_leagues_rules_to_judge(tmp_path: Path) -> None:
    moves = "B[ba];W[ee];B[bb];W[de];B[ab];W[dd];B[dc];W[aa]"  # White's last move has no liberty
    (tmp_path / "x.sgf").write_text(f"(;SZ[5]RU[Chinese];{moves})")
    with pytest.raises(SgfError, match="illegal move"):
        OpeningBook(book_of(tmp_path, moves=8))
    assert Openings(moves=8) == Openings("random", 8)

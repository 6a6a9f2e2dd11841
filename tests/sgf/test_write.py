"""What is written is read back the same; files are whole or absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tessera import sgf
from tessera.errors import SgfError
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.game import Game, Move
from tessera.rules.ruleset import PRESETS, parse_ruleset

CUSTOM = parse_ruleset('{"ko": "SITUATIONAL", "scoring": "TERRITORY", "suicide": true, "whiteHandicapBonus": "N-1"}')


def round_trip(game: Game, **fields: str) -> sgf.Record:
    return sgf.Record.parse(sgf.dumps(game, **fields).encode())  # type: ignore[arg-type]


@st.composite
def games(draw: st.DrawFn) -> Game:
    size = draw(st.integers(2, 7))
    rules = draw(st.sampled_from([*PRESETS.values(), CUSTOM]))
    game = Game(size, rules=rules, komi=draw(st.integers(-20, 20)) / 2)
    kind = draw(st.sampled_from(["empty", "handicap", "set-up"]))
    corner, other = 0, size * size - 1
    if kind == "handicap":
        game.set_handicap([corner, other])
    elif kind == "set-up":
        game.set_up({corner: WHITE, other: BLACK}, draw(st.sampled_from([BLACK, WHITE])))
    for color, point in draw(
        st.lists(st.tuples(st.sampled_from([BLACK, WHITE]), st.integers(0, size * size)), max_size=40)
    ):
        if game.is_legal(color, point):
            game.play(color, point)
    return game


@settings(max_examples=150, deadline=None)
@given(games())
def test_round_trip(game: Game) -> None:
    record = round_trip(game)
    again = record.game()
    assert record.notes == []
    assert again.moves == game.moves
    assert (again.stones == game.stones).all()
    assert again.setup == game.setup
    assert (again.komi, again.handicap, again.to_play) == (game.komi, game.handicap, game.to_play)
    assert again.rules.as_katago() == game.rules.as_katago()
    assert (again.legal_mask() == game.legal_mask()).all()
    assert (again.state == game.state).all()


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_any_text_can_be_a_name_and_a_comment(text: str) -> None:
    game = Game(5)
    game.play(BLACK, 3)
    record = round_trip(game, black=text, white=text, comment=text)
    assert record.game().moves == game.moves
    plain = text.isprintable() and text == text.strip()
    if plain:
        assert record.black == text


def test_the_root_says_what_was_played() -> None:
    text = sgf.dumps(Game(9, rules=PRESETS["japanese"]), black="a]b", result="B+R", date="2026-11-30", comment="x\ny")
    information = ["SZ[9]", "CA[UTF-8]", "GM[1]", "RU[Japanese]", "KM[6.5]", r"PB[a\]b]", "RE[B+R]", "DT[2026-11-30]"]
    for expected in ("(;FF[4]", *information):
        assert expected in text
    assert "AP[Tessera:" in text
    assert "PW[" not in text


def test_passes_are_empty_on_every_size() -> None:
    for size in (9, 25):
        game = Game(size)
        game.play(BLACK, size * size)
        assert "B[]" in sgf.dumps(game)


LINES = ((Move(WHITE, 1), Move(BLACK, 25)), (Move(WHITE, 2),))
NOTE = sgf.Annotation(winrate=0.61234, score=-2.5, comment="100 visits\nsecond", lines=LINES)


def test_annotations() -> None:
    game = Game(5)
    game.play(BLACK, 0)
    game.play(WHITE, 24)
    text = sgf.dumps(game, annotations={1: NOTE, 2: NOTE})
    assert text.replace("\n", "").split(";")[2:] == [
        "B[aa]C[Tessera: 100 visitssecond]SBKS[-2.50]SBKV[61.23](",
        "C[Tessera: 100 visitssecond]SBKS[-2.50]SBKV[61.23]W[ee])(",
        "N[Tessera:]W[ba]",
        "B[])(",
        "N[Tessera:]W[ca]))",
    ]
    assert sgf.loads(text.encode()).moves == game.moves


def test_annotating_keeps_the_rest_and_replaces_what_was_ours() -> None:
    record = sgf.Record.parse(rb"(;SZ[5]KM[0]GN[name]XY[q];B[aa]C[mine \] here]LB[bb:1](;W[ee])(;W[dd]C[theirs]))")
    for winrate in (0.1, 0.9):
        for step in record.steps():
            sgf.annotate(step.node, sgf.Annotation(winrate=winrate, comment=f"says {winrate}", lines=LINES), size=5)
    text = sgf.serialise(record.tree)
    again = sgf.Record.parse(text.encode())
    assert [step.moves for step in again.steps()] == [0, 1, 2]
    for kept in ("GN[name]", "XY[q]", "LB[bb:1]", "C[theirs]", r"C[mine \] here"):
        assert kept in text
    assert text.count("Tessera: says 0.9") == 3
    assert "says 0.1" not in text
    assert text.count("N[Tessera:]") == 4
    assert text.count("SBKV[90.00]") == 3


def test_lines_do_not_become_the_main_line() -> None:
    record = sgf.Record.parse(b"(;SZ[5]KM[0])")
    (step,) = record.steps()
    sgf.annotate(step.node, NOTE, size=5)
    assert sgf.loads(sgf.serialise(record.tree).encode()).moves == []


def test_save_replaces_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "game.sgf"
    sgf.save(path, "one")
    sgf.save(path, "two")
    assert path.read_text() == "two"
    path.chmod(0o444)
    with pytest.raises(SgfError, match=r"absent/game\.sgf: not written: No such file or directory"):
        sgf.save(tmp_path / "absent" / "game.sgf", "x")
    with pytest.raises(SgfError, match="not written: Is a directory"):
        (tmp_path / "folder").mkdir()
        sgf.save(tmp_path / "folder", "x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "game.sgf"]


def test_new_names_go_on_counting(tmp_path: Path) -> None:
    names = [sgf.save_new(tmp_path, "game", f"{number}").name for number in range(2)]
    assert names == [
        "game-00001.sgf",
        "game-00002.sgf",
    ]
    (tmp_path / "game-00041.sgf").write_text("")
    (tmp_path / "game-draft.sgf").write_text("")
    (tmp_path / ".game-00042.sgf.claim").write_text("another process writes this one")
    assert sgf.save_new(tmp_path, "game", "x").name == "game-00043.sgf"
    assert sgf.save_new(tmp_path, "other", "x").name == "other-00001.sgf"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for write in (lambda: sgf.save(tmp_path / "game.sgf", "x"), lambda: sgf.save_new(tmp_path, "game", "x")):
        with pytest.raises(SgfError, match="not written: No space left on device"):
            write()
    assert not list(tmp_path.iterdir())


def test_writers_of_one_folder_never_share_a_name(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda number: sgf.save_new(tmp_path, "game", str(number)), range(60)))
    assert len(set(paths)) == 60
    assert sorted(path.read_text() for path in paths) == sorted(str(number) for number in range(60))

"""The page's own rules and SGF writer against the project's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tessera import sgf
from tessera.league.report.games import encode_moves
from tessera.rules.ruleset import parse_ruleset
from tests.league.report.leagues import random_moves
from tests.league.report.scripts import needs_node, node

pytestmark = needs_node

BOARDS = """input.map(({size, moves}) => {
  const decoded = decodeMoves(moves, size);
  const {board, prisoners} = positionAfter(size, decoded, decoded.length);
  const suicides = decoded.map((_, k) => positionAfter(size, decoded, k + 1).lost);
  return {board: [...board], prisoners, suicides};
})"""


def game(text: str) -> str:
    """'ba Ab' in the page's encoding: the spaces go."""
    return text.replace(" ", "")


@pytest.mark.parametrize(
    ("rules", "size", "limit"), [("tromp-taylor", 5, 150), ("chinese-kgs", 9, 120), ("new-zealand", 2, 20)]
)
def test_the_same_stones_stand_as_under_the_projects_rules(rules: str, size: int, limit: int, tmp_path: Path) -> None:
    games = [random_moves(seed, size=size, rules=rules, limit=limit) for seed in range(50)]
    sent = [{"size": size, "moves": encode_moves(moves, size)} for moves, _ in games]
    found = node(("rules.js",), BOARDS, sent, tmp_path)
    assert [each["board"] for each in found] == [stones for _, stones in games]
    assert any(sum(each["prisoners"]) for each in found)
    lost = max(max(each["suicides"]) for each in found)
    assert lost >= 2 if parse_ruleset(rules).suicide else lost == 0


@pytest.mark.parametrize(
    ("moves", "board", "by_black", "by_white"),
    [
        pytest.param("ba Aa ab", ".X./X../...", 1, 0, id="one stone in the corner"),
        pytest.param("ca Aa cb Ba bb zz ab", "..X/XXX/...", 2, 0, id="a chain"),
        pytest.param("aa Ca ba Cb zz Ab zz Bb", "..O/OOO/...", 0, 2, id="a chain of Black's"),
        pytest.param("aa Ca zz Cb zz Ab zz Bb ba", "..O/OOO/...", 0, 2, id="suicide of two"),
        pytest.param("aa zz Ca", "X.O/.../...", 0, 0, id="a pass changes nothing"),
        pytest.param("ca Ba bb Ab ac Zz aa", "X.X/.X./X..", 2, 0, id="capture before suicide"),
        pytest.param("ba Bb ab Zz bc zz cb", ".X./X.X/.X.", 1, 0, id="in the middle"),
    ],
)
def test_captures(moves: str, board: str, by_black: int, by_white: int, tmp_path: Path) -> None:
    (found,) = node(("rules.js",), BOARDS, [{"size": 3, "moves": game(moves)}], tmp_path)
    rows = "".join(".XO"[stone] for stone in found["board"])
    assert "/".join(rows[at : at + 3] for at in (0, 3, 6)) == board
    assert found["prisoners"] == [0, by_black, by_white]


def test_the_largest_board_and_its_pass_survive_the_encoding(tmp_path: Path) -> None:
    moves = [(1, 0), (2, 624), (1, 625), (2, 625), (2, 24)]
    text = encode_moves(moves, 25)
    assert text == "aaYyzzZzYa"
    assert node(("rules.js",), "decodeMoves(input, 25)", text, tmp_path) == [list(move) for move in moves]


HOSTILE = "a]b\\c;(d:\n)é棋"


def test_the_sgf_is_read_back_to_the_same_game(tmp_path: Path) -> None:
    moves, stones = random_moves(3, rules="tromp-taylor", limit=60)
    written = {
        "program": "Tessera:1",
        "number": 3,
        "attempt": 1,
        "size": 9,
        "komi": 6.5,
        "ruleText": "Tromp-Taylor",
        "black": HOSTILE,
        "white": "w",
        "result": "B+3.5",
        "opening": "o]",
        "seconds": [0, 1, 2],
        "culprit": "",
        "note": "note \\",
        "moves": moves,
    }
    text = node(("rules.js", "sgf.js"), "toSgf(input)", written, tmp_path)
    game = sgf.loads(text.encode())
    assert [(move.color, move.point) for move in game.moves] == list(moves)
    assert game.stones.tolist() == stones
    assert (game.komi, game.rules.name) == (6.5, "tromp-taylor")
    file = tmp_path / "game.sgf"
    file.write_text(text, encoding="utf-8")
    root = sgf.read(file).tree.get_root()
    assert root.get("PB") == HOSTILE.replace("\n", " ")
    assert root.get("RE") == "B+3.5"
    assert root.get("C").endswith("note \\")


def test_a_game_that_white_begins_says_so(tmp_path: Path) -> None:
    base = {"program": "T", "size": 9, "komi": 0, "seconds": [0, 0, 0], "result": "Void", "moves": [[2, 40], [1, 81]]}
    text = node(("rules.js", "sgf.js"), "toSgf(input)", base, tmp_path)
    assert "PL[W]" in text
    assert ";W[ee];B[]" in text


@pytest.mark.parametrize(
    ("black", "expected"),
    [
        ("gnugo 1", "game-7-gnugo-1-vs-w.sgf"),
        ("../../etc/passwd", "game-7-..-..-etc-passwd-vs-w.sgf"),
        ("棋 <b>", "game-7-棋-b-vs-w.sgf"),
    ],
)
def test_a_file_name_is_one_component(black: str, expected: str, tmp_path: Path) -> None:
    sent = {"number": 7, "attempt": 1, "black": black, "white": "w"}
    assert node(("rules.js", "sgf.js"), "sgfName(input)", sent, tmp_path) == expected


SHOWN = "input.games.filter((game) => passes(game, input.wanted)).map((game) => game.result)"


@pytest.mark.parametrize(
    ("player", "opponent", "result", "expected"),
    [
        (-1, -1, "", ["B+R", "W+3.5", "0", "Void", "B+T"]),
        (-1, -1, "B", ["B+R", "B+T"]),
        (-1, -1, "void", ["Void"]),
        (-1, -1, "draw", ["0"]),
        (-1, -1, "R", ["B+R"]),
        (-1, -1, "F", []),
        (1, -1, "", ["B+R", "W+3.5", "0", "B+T"]),
        (1, -1, "won", ["W+3.5", "B+T"]),
        (1, -1, "lost", ["B+R"]),
        (1, 2, "", ["B+T"]),
        (1, 1, "", []),
        (-1, -1, "won", []),
    ],
)
def test_filters(player: int, opponent: int, result: str, expected: list[str], tmp_path: Path) -> None:
    seats = [(0, 1, "B+R"), (0, 1, "W+3.5"), (1, 0, "0"), (0, 2, "Void"), (1, 2, "B+T")]
    games = [{"blackNumber": black, "whiteNumber": white, "result": end} for black, white, end in seats]
    wanted = {"player": player, "opponent": opponent, "result": result}
    assert node(("rules.js", "list.js"), SHOWN, {"games": games, "wanted": wanted}, tmp_path) == expected

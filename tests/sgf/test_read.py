"""Good files by table: what is on the board, whose turn it is, and what the notes say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tessera import sgf
from tessera.errors import SgfError
from tessera.rules.coords import BLACK, WHITE, parse_vertex, vertex
from tessera.rules.game import Game
from tessera.rules.ruleset import DEFAULT, PRESETS


def stones(game: Game) -> str:
    """'b D4 w E5': the stones in board order."""
    return " ".join(f"{' bw'[color]} {vertex(point, game.size)}" for point, color in enumerate(game.stones) if color)


BOARDS = [
    # name, file, stones, moves kept, side to play
    ("an empty board", "(;)", "", 0, BLACK),
    ("one move", "(;SZ[5];B[aa])", "b A5", 1, WHITE),
    ("leading junk", "Dear friend,\n\n( ;SZ[5];B[aa])", "b A5", 1, WHITE),
    ("a pass, two ways", "(;SZ[5];B[];W[tt])", "", 2, BLACK),
    ("same colour twice", "(;SZ[5];B[aa];B[bb];B[cc])", "b A5 b B4 b C3", 3, WHITE),
    ("the next mover is to play", "(;SZ[5];B[aa];C[no move];PL[B])", "b A5", 1, BLACK),
    ("white first", "(;SZ[5];W[aa])", "w A5", 1, BLACK),
    ("set-up", "(;SZ[5]AB[aa][bb]AW[cc])", "b A5 b B4 w C3", 0, BLACK),
    ("a rectangle", "(;SZ[5]AB[aa:bb])", "b A5 b B5 b A4 b B4", 0, BLACK),
    ("a rectangle from any corner", "(;SZ[5]AB[ba:ab])", "b A5 b B5 b A4 b B4", 0, BLACK),
    ("stones taken off", "(;SZ[5]AB[aa:bb];AE[ab][ba])", "b A5 b B4", 0, BLACK),
    ("an empty list", "(;SZ[5]AE[])", "", 0, BLACK),
    ("PL", "(;SZ[5]AB[aa]PL[W])", "b A5", 0, WHITE),
    ("PL written out", "(;SZ[5]AB[aa]PL[white])", "b A5", 0, WHITE),
    ("handicap", "(;SZ[5]HA[2]AB[bb][dd])", "b B4 b D2", 0, WHITE),
    ("handicap in a later node", "(;SZ[5]HA[2];AB[bb][dd])", "b B4 b D2", 0, WHITE),
    ("set-up in mid-game", "(;SZ[5];B[aa];W[ee];AB[cc];W[dd])", "b A5 b C3 w D2 w E1", 1, BLACK),
    ("edited in mid-game", "(;SZ[5];B[aa];W[ee];AE[aa]AW[bb]PL[W])", "w B4 w E1", 0, WHITE),
    ("a capture", "(;SZ[5];B[aa];W[ba];B[ee];W[ab])", "w B5 w A4 b E1", 4, BLACK),
    ("the first variation", "(;SZ[5];B[aa](;W[bb];B[cc])(;W[ee]))", "b A5 w B4 b C3", 3, WHITE),
    ("the first game", "(;SZ[5];B[aa])(;SZ[9];B[bb])", "b A5", 1, WHITE),
    ("set-up and move in one node", "(;SZ[5];AB[aa]B[bb])", "b A5 b B4", 1, WHITE),
    ("long names of FF[1]", "(;SiZe[5];Black[aa];White[bb])", "b A5 w B4", 2, BLACK),
    ("a property without capitals", "(;SZ[5]foo[bar];B[aa])", "b A5", 1, WHITE),
    ("FF[3]", "(;FF[3]GM[1]SZ[5];B[aa];W[tt])", "b A5", 2, BLACK),
    ("unknown properties", "(;SZ[5]XYZ[1][2];B[aa]KO[])", "b A5", 1, WHITE),
    ("a square size of two numbers", "(;SZ[5:5];B[ee])", "b E1", 1, WHITE),
    ("an escaped bracket", r"(;SZ[5]C[a \] ;B[bb\] b];B[aa])", "b A5", 1, WHITE),
    ("text after the game", "(;SZ[5];B[aa]) ]] ((( garbage", "b A5", 1, WHITE),
    ("line breaks in values", "(;SZ[5]\n;B\n[aa]\r\n;W [bb ])", "b A5 w B4", 2, BLACK),
]


@pytest.mark.parametrize(
    ("text", "expected", "moves", "to_play"), [row[1:] for row in BOARDS], ids=[r[0] for r in BOARDS]
)
def test_boards(text: str, expected: str, moves: int, to_play: int) -> None:
    game = sgf.loads(text.encode())
    assert (stones(game), len(game.moves), game.to_play) == (expected, moves, to_play)


LINE = "(;SZ[5]AB[ea];W[aa];B[bb];B[cc];AW[ee];W[])"


@pytest.mark.parametrize(
    ("move", "expected", "to_play"),
    [
        (1, "b E5", WHITE),
        (2, "w A5 b E5", BLACK),
        (3, "w A5 b E5 b B4", BLACK),
        (4, "w A5 b E5 b B4 b C3 w E1", WHITE),
        (5, "w A5 b E5 b B4 b C3 w E1", BLACK),
        (99, "w A5 b E5 b B4 b C3 w E1", BLACK),
        (None, "w A5 b E5 b B4 b C3 w E1", BLACK),
    ],
)
def test_the_position_before_a_move(move: int | None, expected: str, to_play: int) -> None:
    game = sgf.loads(LINE.encode(), move=move)
    assert (stones(game), game.to_play) == (expected, to_play)


def test_before_a_move_that_shares_its_node_with_stones() -> None:
    game = sgf.loads(b"(;SZ[5]AB[aa]W[bb];B[cc])", move=1)
    assert (stones(game), game.to_play) == ("b A5", WHITE)


def test_moves_after_the_wanted_one_are_not_judged() -> None:
    record = sgf.Record.parse(b"(;SZ[5]KM[0];B[aa];W[aa])")
    assert len(record.game(2).moves) == 1
    assert record.notes == []


FAULTS = [
    # name, file, stones and side to play where it ends, what the note has to say
    ("off the board", "(;SZ[5];B[aa];W[ff])", "b A5", WHITE, "move 2: W: got 'ff', allowed: two letters within 5x5"),
    ("tt on 25x25 is a point, zz is none", "(;SZ[25];B[tt];W[zz])", "b U6", WHITE, "move 2: W: got 'zz'"),
    ("capital letters", "(;SZ[5];B[AA];W[bb])", "", BLACK, "move 1: B: got 'AA'"),
    ("two points in a move", "(;SZ[5];B[aa][bb])", "", BLACK, "move 1: B: got 2 values"),
    ("occupied", "(;SZ[5];B[aa];W[aa];B[bb])", "b A5", WHITE, "move 2: illegal move: white A5, the point is occ"),
    ("suicide", "(;SZ[5]AB[ba][ab];W[aa])", "b B5 b A4", WHITE, "move 1: illegal move: white A5, suicide"),
    (
        "ko",
        "(;SZ[5]AB[ba][ab][bc]AW[ca][db][cc]PL[W];W[bb];B[cb];W[bb];B[ee])",
        "b B5 w C5 b A4 b C4 w D4 b B3 w C3",
        WHITE,
        "move 3: illegal move: white B4, positional ko rule",
    ),
    ("the second move of a node", "(;SZ[5];B[aa]W[aa];B[bb])", "b A5", WHITE, "move 2: illegal move: white A5"),
    ("beside set-up stones", "(;SZ[5];AB[aa]W[aa];B[bb])", "b A5", WHITE, "move 1: illegal move: white A5"),
    ("a move in the root", "(;SZ[5]B[zz])", "", BLACK, "move 1: B: got 'zz'"),
    ("set-up in mid-game", "(;SZ[5];B[aa];AB[zz];W[bb])", "b A5", WHITE, "AB: got 'zz'"),
    ("both colours in mid-game", "(;SZ[5];B[aa];AB[cc]AW[cc];W[bb])", "b A5", WHITE, "AW: got 'cc', which AB names"),
    ("no liberty in mid-game", "(;SZ[2];B[aa];AB[aa:bb])", "b A2", WHITE, "every chain has a liberty"),
]


@pytest.mark.parametrize(
    ("text", "expected", "to_play", "note"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_a_game_is_read_up_to_its_first_fault(text: str, expected: str, to_play: int, note: str) -> None:
    record = sgf.Record.parse(text.encode())
    game = record.game()
    assert (stones(game), game.to_play) == (expected, to_play)
    said = [line for line in record.notes if line.endswith("the game is read up to there")]
    assert len(said) == 1
    assert note in said[0]
    assert len(said[0]) < 250


@pytest.mark.parametrize(
    ("value", "to_play"), [("1", BLACK), ("2", WHITE), ("B", BLACK), ("White", WHITE), ("w", WHITE), ("", BLACK)]
)
def test_the_side_to_play_as_programs_write_it(value: str, to_play: int) -> None:
    record = sgf.Record.parse(f"(;SZ[5]KM[0]AB[aa]AW[bb]PL[{value}])".encode())
    assert record.game().to_play == to_play


def test_a_side_that_is_none_is_left_out() -> None:
    record = sgf.Record.parse(b"(;SZ[5]KM[0]AB[aa]PL[x])")
    assert record.game().to_play == BLACK
    assert record.notes == ["PL[x] is no colour; allowed: B or W; it is left out"]


@pytest.mark.parametrize("text", ["(;SZ[5]KM[0];B[aa]", "(;SZ[5]KM[0];B[aa](;W[bb])(;W[cc]", "(;SZ[5]KM[0];B[aa]\n\n"])
def test_a_file_that_ends_too_early(text: str) -> None:
    record = sgf.Record.parse(text.encode())
    assert stones(record.game()).startswith("b A5")
    assert record.notes == ["the file ends before its game does; what is there is read"]


@pytest.mark.parametrize(
    ("root", "note"),
    [
        ("HA[-1]", "HA: got '-1', allowed: 0 to 360; no handicap is assumed"),
        ("HA[361]", "HA: got '361', allowed: 0 to 360; no handicap is assumed"),
        ("SZ[5]HA[25]", "HA: got '25', allowed: 0 to 24; no handicap is assumed"),
        ("HA[many]", "HA: got 'many', allowed: 0 to 360; no handicap is assumed"),
    ],
)
def test_a_handicap_that_is_none(root: str, note: str) -> None:
    record = sgf.Record.parse(f"(;KM[0]{root})".encode())
    assert record.handicap == 0
    assert record.notes == [note]


@pytest.mark.parametrize(
    ("root", "komi", "note"),
    [
        ("KM[6.5]", 6.5, None),
        ("KM[ 6.50 ]", 6.5, None),
        ("KM[-7]", -7.0, None),
        ("KM[0]", 0.0, None),
        ("", DEFAULT.komi, "KM is missing"),
        ("KM[]", DEFAULT.komi, "KM is missing"),
        ("RU[Japanese]", 6.5, "KM is missing"),
        ("HA[2]AB[dd][pp]", 0.5, "KM is missing"),
        ("KM[375]", 7.5, "read as 7.5"),
        ("KM[3.75]", 7.5, "read as 7.5"),
        ("KM[650]", 6.5, "read as 6.5"),
        ("KM[6,5]", 6.5, "read as 6.5"),
        ("KM[3,75]", 7.5, "read as 7.5"),
        ("KM[1e300]", DEFAULT.komi, "KM: got '1e300', allowed: -1000 to 1000 in half points; 7.5 is assumed"),
        ("KM[nan]", DEFAULT.komi, "KM: got 'nan'"),
        ("KM[-inf]", DEFAULT.komi, "KM: got '-inf'"),
        ("KM[six]", DEFAULT.komi, "KM: got 'six'"),
        ("KM[6.33]", DEFAULT.komi, "KM: got '6.33'"),
        ("KM[1_0]", DEFAULT.komi, "KM: got '1_0'"),
        ("KM[" + "0" * 100_000 + "]", DEFAULT.komi, "KM: got '000"),
        ("KM[6.5][7.5]", 6.5, None),
    ],
)
def test_komi(root: str, komi: float, note: str | None) -> None:
    record = sgf.Record.parse(f"(;{root})".encode())
    assert record.komi == komi
    assert record.game().komi == komi
    assert any(note in line for line in record.notes) if note else record.notes == []


@pytest.mark.parametrize(
    ("value", "preset"),
    [
        ("Japanese", "japanese"),
        ("japanese", "japanese"),
        ("Japan", "japanese"),
        ("Chinese", "chinese"),
        ("Chinese, pair", "chinese"),
        ("chinese-kgs", "chinese-kgs"),
        ("AGA", "aga"),
        ("NZ", "new-zealand"),
        ("New Zealand", "new-zealand"),
        ("Korean", "korean"),
        ("Tromp-Taylor", "tromp-taylor"),
        ("Tromp/Taylor", "tromp-taylor"),
        ("", DEFAULT.name),
    ],
)
def test_rules(value: str, preset: str) -> None:
    assert sgf.Record.parse(f"(;RU[{value}]KM[0])".encode()).rules == PRESETS[preset]


def test_rules_of_katago() -> None:
    rules = sgf.Record.parse(b"(;RU[koSIMPLEscoreTERRITORYtaxNONEsui1whbN-1])").rules
    assert (rules.ko, rules.scoring, rules.suicide, rules.handicap_bonus) == ("simple", "territory", True, "N-1")


@pytest.mark.parametrize("value", ["Ing Goe", "house rules", "koSIMPLEscoreAREAtaxALLsui0", "{", "[", '{"tax":"ALL"}'])
def test_unknown_rules_are_noted(value: str) -> None:
    record = sgf.Record.parse(f"(;KM[0]RU[{value}])".encode())
    assert record.rules == DEFAULT
    assert "is not known here" in record.notes[0]


def test_set_up_in_mid_game_is_noted() -> None:
    record = sgf.Record.parse(b"(;SZ[5]KM[0];B[aa];AB[bb])")
    record.game()
    record.game()
    assert record.notes == ["set-up stones after move 1: ko and prisoners from before do not count"]


def test_handicap_compensation_reaches_the_score() -> None:
    from tessera.rules.scoring import score

    game = sgf.loads(b"(;SZ[5]RU[Chinese]HA[3]KM[0.5]AB[aa][bb][cc])")
    assert game.handicap == 3
    assert score(game).margin == 25 - 3 - 0.5


@pytest.mark.parametrize(
    ("charset", "codec", "name"),
    [
        ("UTF-8", "utf-8", "柯洁 Ke Jié"),
        ("utf8", "utf-8", "柯洁"),
        ("GB2312", "gb2312", "柯洁"),
        ("GBK", "gbk", "柯潔"),
        ("gb18030", "gb18030", "柯潔"),
        ("Big5", "big5", "功許蓋"),  # second bytes of these are a backslash
        ("Shift_JIS", "shift_jis", "ソ表"),  # and of these
        ("EUC-JP", "euc_jp", "井山裕太"),
        ("EUC-KR", "euc_kr", "이세돌"),
        ("ISO-8859-1", "latin-1", "Jürgen"),
        ("windows-1252", "cp1252", "Jürgen €"),
        ("KOI8-R", "koi8-r", "Шикшин"),
        ("US-ASCII", "ascii", "plain"),
        (None, "utf-8", "柯洁"),
        (None, "latin-1", "Jürgen"),
    ],
)
def test_encodings(charset: str | None, codec: str, name: str) -> None:
    declared = f"CA[{charset}]" if charset else ""
    record = sgf.Record.parse(f"(;KM[0]{declared}SZ[5]PB[{name}]PW[x];B[aa])".encode(codec))
    assert (record.black, record.white, record.notes) == (name, "x", [])
    again = sgf.Record.parse(sgf.serialise(record.tree).encode())
    assert again.black == name


def test_bytes_that_do_not_belong_are_noted() -> None:
    record = sgf.Record.parse(b"(;CA[UTF-8]KM[0]PB[J\xfcrgen])")
    assert record.black == "J\ufffdrgen"
    assert record.notes == ["1 characters are not valid UTF-8 and were replaced"]


def test_names_and_result() -> None:
    record = sgf.Record.parse(rb"(;KM[0]PB[a\]b\\ c\:d]PW[two" + b"\n" + rb"lines]RE[W+R])")
    assert (record.black, record.white, record.result) == (r"a]b\ c:d", "two lines", "W+R")


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "game.sgf"
    path.write_bytes(b"(;SZ[9];B[ee])")
    assert stones(sgf.load(path)) == "b E5"
    assert sgf.load(path, move=1).moves == []
    assert sgf.read(path).size == 9


@pytest.mark.parametrize("name", ["absent.sgf", "", "/dev/zero"])
def test_what_is_no_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with pytest.raises(SgfError, match=f"^{path}: (no such file|not a regular file)$"):
        sgf.load(path)


def test_the_path_stands_in_front_of_an_error_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.sgf"
    for content in (b"(;SZ[99])", b"(;SZ[5]AB[ff])"):
        path.write_bytes(content)
        with pytest.raises(SgfError) as caught:
            sgf.load(path)
        assert str(caught.value).count(str(path)) == 1


def test_points_agree_with_gtp() -> None:
    game = sgf.loads(b"(;SZ[19];B[pd])")
    assert game.moves[0].point == parse_vertex("Q16", 19)

"""`tessera analyze`: what it writes, what it refuses, and what survives an interruption."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tessera import sgf
from tessera.cli.analyze import command
from tessera.cli.main import main
from tessera.cli.winrate_plot import Mark, as_lead_text, as_svg, as_text, lead_range, sampled
from tessera.errors import BadValue, SgfError
from tessera.rules.game import Game
from tessera.settings import NoSettings
from tests.cli.scripted import run

GAME = "(;SZ[5]KM[7]RU[Chinese]PB[Ann]PW[B<b>]RE[W+2]GN[kept];B[cc]C[mine];W[dd];B[bb](;W[ab])(;W[ee]))"


def candidate(game: Game, color: int) -> str:
    return "E1" if len(game.moves) % 2 == 0 else "A5"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "game.sgf"
    path.write_text(GAME)
    return path


def test_the_copy_and_the_screen(path: Path) -> None:
    result = run(command, candidate, str(path))
    assert result.return_value == 0
    text = (path.parent / "game-analyzed.sgf").read_text().replace("\n", "")
    assert path.read_text() == GAME
    comment = "C[mineTessera: Black 51.0%, B+1, 7 visits"
    for expected in ("SBKV[50.00]", "SBKV[54.00]", "SBKS[4.00]", "GN[kept]", comment):
        assert expected in text
    assert "N[Tessera:]W[aa];B[]" in text
    assert sgf.loads(text.encode()).moves == sgf.loads(GAME.encode()).moves
    for expected in ("Ann (Black) – B<b> (White)", "100% ┤", "No move lost a notable", f"written: {path.parent}"):
        assert expected in result.stdout


def swinging(game: Game, color: int) -> str:
    return "A1"


def test_mistakes_and_json(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.cli import scripted

    swings = {0: 0.5, 1: 0.3, 2: 0.9, 3: 0.9, 4: 0.89}
    original = scripted.ScriptedPlayer.analyze

    def analyze(self: scripted.ScriptedPlayer, game: Game, color: int, limits: object, **options: object) -> object:
        from dataclasses import replace

        black = swings[len(game.moves)]
        found = original(self, game, color, limits, **options)  # type: ignore[arg-type]
        return replace(found, winrate=black if color == 1 else 1 - black)

    monkeypatch.setattr(scripted.ScriptedPlayer, "analyze", analyze)
    svg = path.with_suffix(".svg")
    result = run(command, swinging, str(path), "--json", "--plot", str(svg), "--mistakes", "5")
    document = json.loads(result.stdout)
    worst = document["mistakes"]
    assert [(each["move"], each["color"], each["played"], each["best"]) for each in worst] == [
        (2, "white", "D2", "A1"),
        (1, "black", "C3", "A1"),
    ]
    assert (round(worst[0]["before"], 2), round(worst[0]["after"], 2)) == (0.7, 0.1)
    assert [each["winrate"] for each in document["positions"]] == list(swings.values())
    assert [each["played"] for each in document["positions"]] == ["C3", "D2", "B4", "A4", None]
    assert document["positions"][1]["to_play"] == "white"
    assert document["positions"][1]["best"][0]["pv"] == ["A1", "pass"]
    assert (document["black"], document["komi"], document["rules"]) == ("Ann", 7.0, "chinese")
    root = ElementTree.fromstring(svg.read_text())
    assert len([each for each in root if each.tag.endswith("circle")]) == 2
    table = run(command, swinging, str(path), "--force").stdout.partition("Biggest mistakes")[2].splitlines()
    assert table[2].split() == ["2", "white", "D2", "blunder", "A1", "70.0%", "10.0%", "1.0"]


def test_running_again_on_the_copy_changes_nothing(path: Path) -> None:
    copy = path.parent / "game-analyzed.sgf"
    run(command, candidate, str(path))
    first = copy.read_text()
    assert run(command, candidate, str(copy), "--out", str(copy), "--force").return_value == 0
    assert copy.read_text() == first


def test_an_interruption_keeps_what_is_analysed(path: Path) -> None:
    def think(game: Game, color: int) -> str:
        if len(game.moves) == 2:
            raise KeyboardInterrupt
        return "E1"

    result = run(command, think, str(path))
    assert result.return_value == 130
    assert "interrupted: 2 of 5 positions are analysed and written" in result.stderr
    assert (path.parent / "game-analyzed.sgf").read_text().count("SBKV") == 2


def test_what_cannot_be_written_is_shown_all_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str) -> None:
        raise SgfError(f"{path}: not written: No space left on device")

    monkeypatch.setattr("tessera.sgf.save", full)
    result = run(command, candidate, str(path))
    assert "Black's win rate, by move" in result.stdout
    assert "written:" not in result.stdout
    assert isinstance(result.exception, SgfError)
    data = json.loads(run(command, candidate, str(path), "--json").stdout)
    assert data["positions"]


def test_an_interruption_before_anything_writes_nothing(path: Path) -> None:
    def think(game: Game, color: int) -> str:
        raise KeyboardInterrupt

    result = run(command, think, str(path))
    assert result.return_value == 130
    assert "nothing is written" in result.stderr
    assert [each.name for each in path.parent.iterdir()] == ["game.sgf"]


def test_with_a_network(path: Path) -> None:
    from tessera.checkpoints import save
    from tessera.plugins import build_manager

    network = path.parent / "net.pth"
    save(network, build_manager().networks["uniform"].build(NoSettings()), network="uniform", settings={})
    assert main(["analyze", str(path), "--visits", "20", "--ckpt", str(network), "--threads", "1"]) == 0
    text = (path.parent / "game-analyzed.sgf").read_text()
    assert text.count("SBKV[") == 5
    assert text.count("N[Tessera:]") >= 4
    sgf.loads(text.encode())


def test_set_up_in_mid_game(tmp_path: Path) -> None:
    path = tmp_path / "edited.sgf"
    path.write_text("(;SZ[5]KM[0];B[cc];AB[aa]AW[bb];W[dd];B[ee])")
    result = run(command, candidate, str(path), "--json")
    document = json.loads(result.stdout)
    assert [(each["move"], each["played"]) for each in document["positions"]] == [
        (0, "C3"),
        (1, None),
        (1, "D2"),
        (2, "E1"),
        (3, None),
    ]
    assert document["notes"] == ["set-up stones after move 1: ko and prisoners from before do not count"]


@pytest.mark.parametrize(
    ("words", "kind", "message"),
    [
        (["--plot", "x.png"], BadValue, "--plot: got 'x.png', allowed: a path that ends in .svg"),
        (["--out", "game.sgf"], BadValue, "--out: got 'game.sgf', allowed: a new file; --force replaces it"),
        (["--out", "absent/x.sgf"], BadValue, "--out: got 'absent/x.sgf', allowed: a file in a folder that exists"),
    ],
)
def test_refusals(words: list[str], kind: type, message: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    result = run(command, candidate, "game.sgf", *words)
    assert isinstance(result.exception, kind)
    assert str(result.exception) == message


def test_a_bad_file_is_found_before_any_work(tmp_path: Path) -> None:
    path = tmp_path / "bad.sgf"
    path.write_text("(;SZ[5]AB[aa]AW[aa])")

    def think(game: Game, color: int) -> str:
        raise AssertionError("nothing is analysed")

    result = run(command, think, str(path))
    assert isinstance(result.exception, SgfError)
    assert str(result.exception) == f"{path}: AW: got 'aa', which AB names too"


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_an_illegal_move_ends_the_game_with_a_note(words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "half.sgf"
    path.write_text("(;SZ[5]KM[6,5];B[cc];W[cc];B[dd])")
    result = run(command, candidate, str(path), *words)
    assert result.exit_code == 0
    assert "KM[6,5] is read as 6.5 points" in result.stderr
    assert "move 2: illegal move: white C3, the point is occupied; the game is read up to there" in result.stderr
    assert (tmp_path / "half-analyzed.sgf").read_text().count("SBKV") == 2


def test_the_graph_in_the_terminal() -> None:
    lines = as_text([0.0, 0.5, 1.0, 0.25], columns=4, rows=4)
    assert lines == ["100% ┤  █ ", " 50% ┤  █ ", "     ┤ ██ ", "  0% ┤ ███", "     └────", "      0  3"]
    assert sampled([0.0, 1.0, 0.5, 0.5], 2) == [0.5, 0.5]
    assert max(map(len, as_text([0.5] * 400))) <= 80
    assert len(as_text([0.5])) == 10


def test_the_svg_is_one_document_whatever_the_names() -> None:
    for count in (1, 2, 300):
        root = ElementTree.fromstring(as_svg([0.5] * count, [-30.5] * count, black='<&"', white="柯洁"))
        assert root.tag.endswith("svg")


def test_the_lead_has_its_own_axis() -> None:
    lines = as_lead_text([0.0, 15.0, -15.0], columns=3, rows=4)
    assert lines == ["B+15 ┤ █ ", "   0 ┤ █ ", "     ┤██ ", "W+15 ┤██ ", "     └───", "      0 2"]
    assert [lead_range([lead]) for lead in (0.0, 5.0, -5.1, 33.0, 361.0)] == [5, 5, 10, 40, 400]
    svg = as_svg([0.5, 0.9], [0.0, -12.0], black="a", white="b", marks=[Mark(1, "D4, a blunder: <&")])
    words = [each.text for each in ElementTree.fromstring(svg).iter() if each.text]
    for expected in (
        "Black's win rate",
        "Black's lead in points",
        "move",
        "W+15",
        "100%",
        "1",
        "move 1: D4, a blunder: <&",
    ):
        assert expected in words


def judged(
    blacks: dict[int, tuple[float, float]], monkeypatch: pytest.MonkeyPatch, *, prior: float = 0.5, rival: float = 0.0
) -> None:
    """Let the scripted player see these win rates and leads of Black's, and one rival of its favourite."""
    from dataclasses import replace

    from tests.cli import scripted

    original = scripted.ScriptedPlayer.analyze

    def analyze(self: scripted.ScriptedPlayer, game: Game, color: int, limits: object, **options: object) -> object:
        rate, lead = blacks[len(game.moves)]
        found = original(self, game, color, limits, **options)  # type: ignore[arg-type]
        rate, lead = (rate, lead) if color == 1 else (1 - rate, -lead)
        best = replace(found.moves[0], winrate=rate)
        other = replace(best, point=24, winrate=rival, visits=3)
        policy = found.policy.copy()
        policy[:] = prior
        owned = found.ownership.copy()
        owned[:10] = 0.9 if color == 1 else -0.9
        owned[15:] = -0.9 if color == 1 else 0.9
        return replace(found, winrate=rate, score=lead, moves=(best, other), policy=policy, ownership=owned)

    monkeypatch.setattr(scripted.ScriptedPlayer, "analyze", analyze)


def nodes_of(path: Path) -> list[dict[str, list[bytes]]]:
    return [step.node.get_raw_property_map() for step in sgf.read(path).steps()]


def test_marks_as_sabaki_shows_them(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A blunder, a small loss, and a loss in points where the game is decided; the better move has a letter."""
    judged({0: (0.6, 2), 1: (0.2, -9), 2: (0.25, -9), 3: (0.25, -15), 4: (0.25, -15)}, monkeypatch)
    run(command, swinging, str(path))
    copy = path.with_name("game-analyzed.sgf")
    _, first, second, third, last = nodes_of(copy)
    assert (first["BM"], first["HO"], first["LB"]) == ([b"2"], [b"2"], [b"ae:A"])
    assert b"C3 is a blunder: 40% and 11.0 points lost; better A1 (A)" in first["C"][0]
    assert b"mine" in first["C"][0]
    assert second["DO"] == [b""] and "HO" not in second
    assert third["BM"] == [b"1"] and "HO" not in third
    assert (len(last["TB"]), len(last["TW"])) == (9, 9)  # a point with its owner's stone is no territory
    assert b"Points on the board: Black 10, White 10, open 5" in last["C"][0]
    first_text = copy.read_text()
    run(command, swinging, str(copy), "--out", str(copy), "--force")
    assert copy.read_text() == first_text
    judged(dict.fromkeys(range(5), (0.5, 0.0)), monkeypatch)
    run(command, swinging, str(copy), "--out", str(copy), "--force")
    assert not any(name in node for node in nodes_of(copy) for name in ("BM", "DO", "HO", "LB"))


def test_marks_of_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "theirs.sgf"
    path.write_text("(;SZ[5]KM[7];B[cc]TE[1]HO[1]LB[ae:x][bb:y]TB[aa];W[dd])")
    judged({0: (0.9, 9), 1: (0.1, -9), 2: (0.5, 0)}, monkeypatch)
    run(command, swinging, str(path))
    node = nodes_of(tmp_path / "theirs-analyzed.sgf")[1]
    assert (node["TE"], node["HO"], node["LB"], node["TB"]) == ([b"1"], [b"1"], [b"ae:x", b"bb:y"], [b"aa"])
    assert "BM" not in node and "TESSERA" not in node


@pytest.mark.parametrize(("mark", "played", "rates"), [("TE", "A1", (0.6, 0.6)), ("IT", "C3", (0.5, 0.6))])
def test_good_moves_that_surprise(
    mark: str, played: str, rates: tuple[float, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "good.sgf"
    path.write_text(f"(;SZ[5]KM[7];B[{'ae' if played == 'A1' else 'cc'}])")
    judged({0: (rates[0], 0), 1: (rates[1], 0)}, monkeypatch, prior=0.02, rival=0.3)
    run(command, swinging, str(path))
    assert mark in nodes_of(tmp_path / "good-analyzed.sgf")[1]
    judged({0: (rates[0], 0), 1: (rates[1], 0)}, monkeypatch, prior=0.5, rival=0.3)
    run(command, swinging, str(path), "--force")
    assert mark not in nodes_of(tmp_path / "good-analyzed.sgf")[1]


def test_after_two_passes_there_is_nothing_to_analyse(tmp_path: Path) -> None:
    path = tmp_path / "over.sgf"
    path.write_text("(;SZ[5]KM[0];B[cc];W[];B[];W[])")
    document = json.loads(run(command, candidate, str(path), "--json").stdout)
    assert [(each["move"], each["played"]) for each in document["positions"]] == [(0, "C3"), (1, "pass"), (2, "pass")]
    text = (tmp_path / "over-analyzed.sgf").read_text()
    assert text.count("SBKV") == 3
    assert "Points on the board: Black 25, White 0, open 0" in text and text.count("TB[") == 1
    assert len(sgf.loads(text.encode()).moves) == 4

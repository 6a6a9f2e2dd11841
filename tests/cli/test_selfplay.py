"""`tessera selfplay`: files that are whole, numbered on, reproducible, and kept when it is interrupted."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tessera import sgf
from tessera.cli.main import main
from tessera.cli.selfplay import command
from tessera.errors import BadValue, SgfError
from tessera.rules.game import Game
from tessera.settings import NoSettings
from tests.cli.scripted import following, run

SHORT = following("C3", "D3", "pass", "pass")


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_games_of_a_real_player(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["selfplay", "--player", "random", "--games", "3", "--size", "5", "--rules", "japanese", "--komi", "0.5"]
    assert main([*words, "--seed", "4", "--out", str(tmp_path / "a")]) == 0
    assert capsys.readouterr().out.startswith(f"3 games in {tmp_path / 'a'}: Black won ")
    assert main([*words, "--seed", "4", "--out", str(tmp_path / "b")]) == 0
    assert files(tmp_path / "a") == ["selfplay-00001.sgf", "selfplay-00002.sgf", "selfplay-00003.sgf"]
    games = [sgf.load(path) for path in sorted((tmp_path / "a").iterdir())]
    again = [sgf.load(path) for path in sorted((tmp_path / "b").iterdir())]
    assert [game.moves for game in games] == [game.moves for game in again]
    assert len({tuple(game.moves) for game in games}) == 3
    assert all(game.is_over and game.komi == 0.5 and game.rules.name == "japanese" for game in games)


def test_what_a_file_says(tmp_path: Path) -> None:
    run(command, SHORT, "--games", "1", "--size", "5", "--seed", "7", "--visits", "3", "--out", str(tmp_path))
    record = sgf.read(tmp_path / "selfplay-00001.sgf")
    assert (record.black, record.white, record.size, record.komi) == ("Tessera scripted", "Tessera scripted", 5, 7.5)
    assert record.rules.name == "chinese-kgs"
    assert record.result == "W+7.5"
    text = (tmp_path / "selfplay-00001.sgf").read_text()
    assert "C[player scripted; 3 visits; seed 7; game 1 of the run]" in text.replace("\n", "")


def test_the_network_is_named_with_its_digest(tmp_path: Path) -> None:
    from tessera.checkpoints import read_manifest, save
    from tessera.plugins import build_manager

    network = tmp_path / "net.pth"
    save(network, build_manager().networks["uniform"].build(NoSettings()), network="uniform", settings={})
    words = ["selfplay", "--games", "1", "--size", "3", "--visits", "8", "--ckpt", str(network), "--threads", "1"]
    assert main([*words, "--out", str(tmp_path)]) == 0
    digest = read_manifest(network).digest
    text = (tmp_path / "selfplay-00001.sgf").read_text().replace("\n", "")
    assert f"PB[Tessera search (uniform {digest[:8]})]" in text
    assert f"network uniform {digest}; player search; 8 visits; seed " in text


def test_numbers_go_on(tmp_path: Path) -> None:
    for _ in range(2):
        run(command, SHORT, "--games", "2", "--size", "5", "--out", str(tmp_path))
    assert files(tmp_path) == [f"selfplay-0000{number}.sgf" for number in range(1, 5)]


def test_json(tmp_path: Path) -> None:
    result = run(command, SHORT, "--games", "2", "--size", "5", "--seed", "7", "--out", str(tmp_path), "--json")
    document = json.loads(result.stdout)
    assert (document["seed"], document["interrupted"], document["out"]) == (7, False, str(tmp_path))
    assert [(Path(game["path"]).name, game["result"], game["moves"]) for game in document["games"]] == [
        ("selfplay-00001.sgf", "W+7.5", 4),
        ("selfplay-00002.sgf", "W+7.5", 4),
    ]


def test_interrupted_runs_keep_what_is_finished(tmp_path: Path) -> None:
    games = 0

    def think(game: Game, color: int) -> str:
        nonlocal games
        games += not game.moves
        if games == 3 and len(game.moves) == 1:
            raise KeyboardInterrupt
        return SHORT(game, color)

    result = run(command, think, "--games", "5", "--size", "5", "--out", str(tmp_path))
    assert result.return_value == 130
    assert f"interrupted: 2 of 5 games are finished and saved in {tmp_path}" in result.stderr
    assert files(tmp_path) == ["selfplay-00001.sgf", "selfplay-00002.sgf"]


def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run(command, SHORT, "--size", "5", "--out", str(tmp_path))
    assert isinstance(result.exception, SgfError)
    assert str(result.exception) == f"{tmp_path}/selfplay-00001.sgf: not written: No space left on device"
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("moves", "flag", "result"),
    [(("C3", "resign"), "--resign", "B+R"), (("resign",), "--no-resign", "W+R"), (("C3", "C3"), "--no-resign", "B+F")],
)
def test_unusual_ends(moves: tuple[str, ...], flag: str, result: str, tmp_path: Path) -> None:
    run(command, following(*moves), "--games", "1", "--size", "5", flag, "--out", str(tmp_path))
    record = sgf.read(tmp_path / "selfplay-00001.sgf")
    assert record.result == result


def test_endless_games_are_counted_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tessera.match import game as match

    monkeypatch.setattr(match, "LONGEST", 1)
    moves = ["A1", "pass", "A2", "pass", "A3", "pass", "B1", "pass", "C1", "pass", "C2"]
    run(command, following(*moves), "--games", "1", "--size", "3", "--out", str(tmp_path))
    game = sgf.load(tmp_path / "selfplay-00001.sgf")
    assert len(game.moves) == 9
    assert sgf.read(tmp_path / "selfplay-00001.sgf").result == "B+1.5"
    text = (tmp_path / "selfplay-00001.sgf").read_text().replace("\n", "")
    assert "stopped after 9 moves and counted as it stood" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--komi", "6.3"], "--komi: got 6.3, allowed: -150 to 150 in half points"),
        (["--komi", "nan"], "--komi: got nan"),
        (["--rules", "house"], "rules: got 'house', allowed: tromp-taylor"),
        (["--ckpt", "x.pth"], "--ckpt: got 'x.pth', allowed: no checkpoint"),
        (["--out", "/dev/null/sgf"], "--out: got '/dev/null/sgf', allowed: a folder that can be made"),
    ],
)
def test_bad_values_are_one_line(words: list[str], message: str) -> None:
    result = run(command, SHORT, *words)
    assert isinstance(result.exception, BadValue)
    assert str(result.exception).startswith(message)


@pytest.mark.parametrize("words", [["--games", "0"], ["--size", "26"], ["--visits", "0"], ["--seed", "-1"]])
def test_numbers_out_of_range_are_usage_errors(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["selfplay", *words]) == 2
    assert f"Invalid value for '{words[0]}'" in capsys.readouterr().err


def test_a_level_names_its_player_in_the_file(tmp_path: Path) -> None:
    """A weak level draws from the policy: that is what makes the game repeatable, so the file says it."""
    words = ("selfplay", "--games", "1", "--size", "5", "--out", str(tmp_path), "--level", "2", "--seed", "1")
    assert main(words) == 0
    text = (tmp_path / "selfplay-00001.sgf").read_text()
    assert re.search(r"player policy temperatures=9:[\d.]+,13:[\d.]+,19:[\d.]+; 1 visits; seed 1;", text)


@pytest.mark.parametrize("words", [("--visits", "5"), ("--player", "random")])
def test_a_level_stands_alone(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["selfplay", "--level", "2", *words]) == 2
    assert f"level: got 2, allowed: one of --level and {words[0]}" in capsys.readouterr().err

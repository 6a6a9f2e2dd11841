"""`tessera league run`: plays, goes on, says what must not pass unseen."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tessera.interfaces.arbiter import GameRecord
from tests.cli.league.door import LEAGUE, broken, tessera, written
from tests.league.fakes import Script, keys_in


def test_a_league(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path)
    assert tessera("run", file) == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert lines[0] == "First [league]: 12 games, 5x5, chinese-kgs, komi 0.5"
    assert lines[1].split()[:4] == ["player", "Elo", "±", "games"]
    assert any("a [1]" in line and " 1800 " in line and " anchor " in line for line in lines)
    assert (
        lines[-1].replace("\n", "")
        == f"games in {tmp_path / 'league'}; the page: tessera league report {tmp_path / 'league'}"
    )
    assert shown.err == ""
    script = Script()
    assert tessera("run", file, script=script) == 0
    assert script.tasks == [], "it was done"


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tessera("run", written(tmp_path), "--out", tmp_path / "x" / "y", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["folder"], told["planned"], told["games"]) == (str(tmp_path / "x" / "y"), 12, 12)
    assert told["stopped"] == {} and [row["games"] for row in told["rows"]] == [8, 8, 8]


def test_voids_and_a_stopped_player_are_told_at_once_and_in_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path)
    assert tessera("run", file, script=broken("b")) == 0
    shown = capsys.readouterr()
    assert shown.err.splitlines() == [
        "game 1 is void by b: b fell over",
        "game 2 is void by b: b fell over",
        "game 1 is void by b: b fell over",
        "b is stopped, for a game was void twice; --retry tries again",
    ]
    why = "b is stopped after a game was void twice: b fell over"
    assert why in shown.out and "3 void games, not counted" in shown.out and ": 4 of 12 games" in shown.out
    assert tessera("run", file) == 0
    assert why in capsys.readouterr().out, "a later run says it again"
    assert tessera("run", file, "--retry", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["stopped"] == {} and told["games"] == 12


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_order(
    number: signal.Signals, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def at_five(record: Any) -> Any:
        if record.number == 5:
            os.kill(os.getpid(), number)
        return record

    file, script = written(tmp_path), Script(forge=at_five)
    before = signal.getsignal(signal.SIGTERM)
    assert tessera("run", file, "--json", script=script) == code
    assert script.closed == 1 and signal.getsignal(signal.SIGTERM) == before
    shown = capsys.readouterr()
    folder = tmp_path / "league"
    assert (shown.out, shown.err) == ("", f"stopped; the games so far are in {folder}, and the same command goes on\n")
    assert len(keys_in(folder)) == 4
    assert tessera("run", file) == 0
    assert len(set(keys_in(folder))) == len(keys_in(folder)) == 12


WRONG: list[tuple[str, list[str], int, str]] = [
    # the file, words of the command line, exit code, words of the complaint
    (LEAGUE.replace("komi = 0.5", "komi = 0.3"), [], 2, "league.toml: komi: got 0.3, allowed: half points"),
    (LEAGUE + 'engine = "deep-blue"', [], 2, "player 'c': key: got 'player', allowed: engine, command"),
    (LEAGUE.replace('player = "random"', 'player = "oracle"'), [], 2, "player: got 'oracle', allowed: random"),
    (LEAGUE.replace("games = 4", 'arbiter = "x"'), [], 2, "arbiter: got 'x', allowed: scripted"),
    (LEAGUE, ["--retry=3"], 2, "--retry"),
    (LEAGUE, ["--out", "league.toml"], 2, "is a file"),
]


@pytest.mark.parametrize(("text", "words", "code", "complaint"), WRONG, ids=[row[3] for row in WRONG])
def test_wrong_words(
    text: str,
    words: list[str],
    code: int,
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert tessera("run", written(tmp_path, text), *words) == code
    shown = capsys.readouterr()
    assert complaint in shown.err and shown.out == ""
    assert not (tmp_path / "league").exists(), "nothing was begun"


def test_files_and_folders_that_do_not_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tessera("run", tmp_path / "none.toml") == 2
    assert (
        "got 'No such file or directory', allowed: a file that can be read; tessera league init"
        in capsys.readouterr().err
    )
    bare = tmp_path / "bare"
    bare.write_text(LEAGUE)
    assert tessera("run", bare) == 2
    assert "FILE: got" in (error := capsys.readouterr().err) and "or give --out" in error
    assert tessera("run", written(tmp_path), "--out", tmp_path / "bare" / "x") == 1
    assert "cannot be opened: Not a directory" in capsys.readouterr().err
    file = written(tmp_path)
    assert tessera("run", file) == 0
    written(tmp_path, LEAGUE.replace("komi = 0.5", "komi = 5"))
    capsys.readouterr()
    assert tessera("run", file) == 2
    assert "got 5.0, allowed: 0.5 as before; take another --out" in (error := capsys.readouterr().err)
    assert error.count("\n") == 1
    with (tmp_path / "league" / "games.jsonl").open("r+b") as damaged:
        damaged.write(b"?")
    written(tmp_path)
    assert tessera("run", file) == 1
    assert "games.jsonl: line 1: no record of a game" in capsys.readouterr().err


SPRT = LEAGUE.replace("games = 4", "games = 400\nsprt = { elo0 = 0, elo1 = 35 }")
SPRT = SPRT.replace('[[players]]\nname = "c"\nplayer = "random"\n', "")


def test_a_test_is_in_the_standing_the_status_and_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, first = written(tmp_path, SPRT), Script(forge=lambda game: won_by("a [1]", game))
    assert tessera("run", file, script=first) == 0
    assert (
        "LLR +" in (shown := capsys.readouterr().out) and "H1 accepted, a [1] leads b by 35 Elo rather than 0" in shown
    )
    assert len(keys_in(tmp_path / "league")) < 100
    for command in ("status", "report"):
        assert tessera(command, tmp_path / "league") == 0
        assert "H1 accepted, a [1] leads b" in capsys.readouterr().out
        assert tessera(command, tmp_path / "league", "--json") == 0
        told = json.loads(capsys.readouterr().out)["sprt"]
        assert (told["player"], told["verdict"], told["elo0"], told["elo1"]) == ("a [1]", "H1", 0.0, 35.0)
    assert "H1 accepted, a [1] leads b" in (tmp_path / "league" / "report.html").read_text()


def test_a_league_made_before_there_were_tests_still_opens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path)
    assert tessera("run", file) == 0
    path = tmp_path / "league" / "league.json"
    old = json.loads(path.read_text())
    del old["sprt"]
    path.write_text(json.dumps(old))
    capsys.readouterr()
    assert tessera("status", tmp_path / "league", "--json") == 0
    assert json.loads(capsys.readouterr().out)["sprt"] is None
    assert tessera("run", file) == 0


def won_by(name: str, game: GameRecord) -> GameRecord:
    return replace(game, result="B+R" if game.black == name else "W+R")

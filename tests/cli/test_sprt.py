"""`tessera sprt`: what a person types becomes two players, and the test stops by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tessera.checkpoints import shipped_path
from tessera.cli.main import App, main
from tessera.cli.sprt import _player
from tessera.errors import BadValue
from tessera.league.records import read_records

SMALL = ("--size", "5", "--opening-moves", "3")


def games(folder: Path) -> int:
    return len(list(read_records(folder / "games.jsonl")))


def test_strong_against_random_is_decided_soon_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sprt", "policy", "random", *SMALL, "--elo1", "100", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["folder"], told["sprt"]["verdict"], told["sprt"]["player"]) == ("sprt-policy-random", "H1", "policy")
    played = games(tmp_path / "sprt-policy-random")
    assert 10 < played < 200
    assert main(["sprt", "policy", "random", *SMALL, "--elo1", "100"]) == 0
    assert "H1 accepted, policy leads random by 100 Elo rather than 0" in capsys.readouterr().out
    assert games(tmp_path / "sprt-policy-random") == played, "it was decided"


def test_level_players_are_not_taken_for_better_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sprt", "random", "random", *SMALL, "--elo1", "200", "--out", str(tmp_path / "x"), "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)["sprt"]
    assert (told["verdict"], told["player"], told["opponent"]) == ("H0", "random (A)", "random (B)")


def test_it_goes_on_where_it_was_cut_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sprt", "random", "random", *SMALL, "--elo1", "200", "--json"]
    assert main([*words, "--out", str(tmp_path / "x"), "--games", "6"]) == 0
    assert json.loads(capsys.readouterr().out)["sprt"]["verdict"] == "continue"
    assert games(tmp_path / "x") == 6
    assert main([*words, "--out", str(tmp_path / "x")]) == 0
    assert json.loads(capsys.readouterr().out)["sprt"]["verdict"] == "H0"
    numbers = [record.number for record in read_records(tmp_path / "x" / "games.jsonl")]
    assert len(numbers) == len(set(numbers)) > 6


def test_what_a_person_types(tmp_path: Path) -> None:
    path = tmp_path / "new.pth"
    path.write_bytes(shipped_path().read_bytes())
    app = App()
    for words, table in (
        (str(path), {"name": "new", "ckpt": str(path), "visits": 32}),
        (f"{path},visits=6,a=1", {"name": "new,visits=6,a=1", "ckpt": str(path), "visits": 6, "set": {"a": 1}}),
        ("s3://bucket/best.pth", {"name": "best", "ckpt": "s3://bucket/best.pth", "visits": 32}),
        ("shipped,player=policy", {"name": "shipped,player=policy", "player": "policy", "visits": 32}),
        ("random", {"name": "random", "player": "random", "visits": 32}),
        ("gnugo", {"name": "gnugo", "engine": "gnugo"}),
        ("gnugo,level=3", {"name": "gnugo,level=3", "engine": "gnugo", "settings": {"level": 3}}),
        ("gnugo,seconds=2", {"name": "gnugo,seconds=2", "engine": "gnugo", "seconds": 2}),
    ):
        assert _player(app, "A", words, 32) == table


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("nobody", "B: got 'nobody', allowed: a checkpoint, shipped, "),
        ("random,visits", "B: got 'random,visits', allowed: settings as KEY=VALUE behind commas"),
        ("random,=3", "B: got 'random,=3', allowed: settings as KEY=VALUE"),
        ("", "B: got '', allowed: a checkpoint"),
    ],
)
def test_words_that_are_no_player(words: str, complaint: str) -> None:
    with pytest.raises(BadValue) as caught:
        _player(App(), "B", words, 32)
    assert str(caught.value).startswith(complaint)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("random", "gone.pth"), "gone.pth: no such file"),
        (("random", "random,leaves=3"), "player 'random,leaves=3': set: setting: got 'leaves'"),
        (("random", "random,visits=0"), "player 'random,visits=0': visits: got 0, allowed: a whole number, 1 to"),
        (("random", "policy", "--elo0", "9", "--elo1", "3"), "sprt: elo0, elo1: got (9.0, 3.0)"),
        (("random", "policy", "--alpha", "1"), "sprt: alpha, beta: got (1.0, 0.05)"),
        (("random", "policy", "--games", "3"), "games: got 3, allowed: an even number"),
        (("random",), "Missing argument 'B'"),
    ],
)
def test_mistakes_are_one_line_and_begin_nothing(
    words: tuple[str, ...],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sprt", *words]) in (1, 2)
    shown = capsys.readouterr()
    assert complaint in shown.err and shown.out == ""
    assert list(tmp_path.iterdir()) == []

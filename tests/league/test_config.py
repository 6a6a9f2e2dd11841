"""A league's file: what it may say, and one clear line for every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from tessera.clock import canadian
from tessera.config import MAX_TOML_BYTES
from tessera.errors import BadValue
from tessera.league.config import SPRT_GAMES, LeagueConfig, Openings, parse_league, read_league
from tessera.league.example import EXAMPLE
from tessera.ratings.sprt import Sprt

TWO = '[[players]]\nname = "a"\nplayer = "random"\n[[players]]\nname = "b"\n'


def read(text: str, folder: Path) -> LeagueConfig:
    path = folder / "league.toml"
    path.write_text(text, encoding="utf-8")
    return read_league(path)


def test_the_example(tmp_path: Path) -> None:
    config = read(EXAMPLE, tmp_path)
    assert [player.kind for player in config.players] == ["tessera", "tessera", "tessera", "engine"]
    assert config.entrants["GnuGo level 10"].settings == {"profile": "gnugo", "settings": {"level": 10}}
    assert config.anchors == {"GnuGo level 10": 1800.0}


def test_defaults(tmp_path: Path) -> None:
    config = read(TWO, tmp_path)
    assert (config.size, config.komi, config.rules, config.schedule) == (9, 7.0, "chinese-kgs", "round-robin")
    assert config.openings == Openings("random", 4) and config.time is None


def test_a_test_has_games_enough_to_end(tmp_path: Path) -> None:
    config = read(f"sprt = {{ elo0 = 0, elo1 = 35 }}\n{TWO}", tmp_path)
    assert config.sprt == Sprt(0.0, 35.0, 0.05, 0.05, "logistic") and config.games == SPRT_GAMES
    assert read(f"games = 8\nsprt = {{ elo0 = 0, elo1 = 35, beta = 0.1 }}\n{TWO}", tmp_path).games == 8
    with pytest.raises(BadValue, match="sprt: got 'a test', allowed: for two players"):
        read(f'sprt = {{ elo0 = 0, elo1 = 35 }}\n{TWO}[[players]]\nname = "c"\n', tmp_path)


def test_everything(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    text = (
        'title = "T"\nsize = 13\nrules = "TT"\nkomi = -6.5\nseed = 3\nschedule = "gauntlet"\ngames = 6\ntarget = 50\n'
        'challengers = ["b"]\nneighbours = 1\nconcurrency = 3\npatience = 5\narbiter = "gtp"\n'
        'openings = { kind = "book", moves = 6, folder = "book" }\ntime = { main = 60, period = 5 }\n'
        "anchors = { a = 100 }\n"
        '[[players]]\nname = "a"\nckpt = "nets/../x.pth"\nvisits = 8\nset = { leaves = 1 }\nresign = 0.1\n'
        '[[players]]\nname = "b"\ncommand = ["x", "--y"]\nfolder = "z"\nseconds = 2\n'
    )
    config = read(text, tmp_path)
    assert config.rules == "tromp-taylor"
    assert config.openings == Openings("book", 6, str(tmp_path / "book"))
    assert config.time == canadian(60.0, 5.0, 1)
    assert config.entrants["a"].settings["ckpt"] == str(tmp_path / "x.pth")
    assert config.entrants["b"].settings["folder"] == str(tmp_path / "z")
    assert (config.target, config.komi, config.anchors) == (50.0, -6.5, {"a": 100.0})


def test_a_url_is_no_path(tmp_path: Path) -> None:
    config = read(TWO + 'ckpt = "s3://nets/final.pth"\n', tmp_path)
    assert config.entrants["b"].settings["ckpt"] == "s3://nets/final.pth"


MISTAKES: list[tuple[str, str]] = [
    # what stands before the two players, words of the message
    ("gmaes = 3", "league: key: got 'gmaes', allowed: players, title, size"),
    ("gmaes = 3", "did you mean 'games'?"),
    ('size = "9"', "size: got '9', allowed: a whole number, 2 to 25"),
    ("size = true", "size: got True"),
    ("size = 26", "size: got 26, allowed: a whole number, 2 to 25"),
    ("title = 5", "title: got 5, allowed: text"),
    ('title = "a\\nb"', "title: got 'a\\nb'"),
    ('rules = "chess"', "rules: got 'chess', allowed: tromp-taylor, chinese"),
    ('rules = "{}"', "rules: got '{}', allowed: tromp-taylor, chinese"),
    ("rules = 5", "rules: got 5"),
    ("komi = 7.25", "komi: got 7.25, allowed: half points"),
    ("komi = nan", "komi: got nan"),
    ("komi = 82", "komi: got 82.0, allowed: a number, -81 to 81"),
    ('komi = "7"', "komi: got '7'"),
    ("seed = -1", "seed: got -1, allowed: a whole number, 0 to 2147483647"),
    ("seed = 1.5", "seed: got 1.5"),
    ('schedule = "swiss"', "schedule: got 'swiss', allowed: round-robin, gauntlet, ladder, adaptive"),
    ('schedule = ["ladder"]', "schedule: got ['ladder']"),
    ("games = 7", "games: got 7, allowed: an even number"),
    ("games = 0", "games: got 0, allowed: a whole number, 2 to 100000"),
    ("target = -1", "target: got -1, allowed: a number, 0 to 9999 Elo"),
    ("target = inf", "target: got inf"),
    ('schedule = "gauntlet"', "challengers: got [], allowed: for a gauntlet: some of the players, not all"),
    ('schedule = "gauntlet"\nchallengers = ["a", "b"]', "some of the players, not all"),
    ('challengers = ["c"]', "challengers: got 'c', allowed: a, b"),
    ('challengers = ["a", "a"]', "challengers: got ['a', 'a'], allowed: each name once"),
    ("challengers = [1]", "challengers: got 1, allowed: a, b"),
    ('challengers = "a"', "challengers: got 'a', allowed: a list"),
    ("neighbours = 0", "neighbours: got 0, allowed: a whole number, 1 to 100"),
    ("concurrency = 257", "concurrency: got 257, allowed: a whole number, 1 to 256"),
    ("patience = 0", "patience: got 0, allowed: a number, 0.1 to 3600 seconds"),
    ("arbiter = 5", "arbiter: got 5, allowed: text"),
    ("anchors = 5", "anchors: got 5, allowed: a table"),
    ("anchors = { c = 5 }", "anchors: got 'c', allowed: a, b"),
    ('anchors = { a = "5" }', "anchors: a: got '5', allowed: a number, -10000 to 10000 Elo"),
    ("sprt = 4", "sprt: got 4, allowed: a table"),
    ("sprt = { elo1 = 5 }", "sprt: elo0: got None, allowed: a number, -1000 to 1000 Elo"),
    ("sprt = { elo0 = 5, elo1 = 5 }", "sprt: elo0, elo1: got (5.0, 5.0), allowed: -1000 to 1000 Elo, elo0 below elo1"),
    ("sprt = { elo0 = 0, elo1 = 5, alpha = 0 }", "sprt: alpha, beta: got (0.0, 0.05), allowed: above 0"),
    ("sprt = { elo0 = 0, elo1 = 5, alpha = nan }", "sprt: alpha: got nan"),
    ("sprt = { elo0 = 0, elo1 = 5, model = 'x' }", "sprt: model: got 'x', allowed: logistic, normalised"),
    ("sprt = { elo0 = 0, elo1 = 5, gamma = 1 }", "sprt: key: got 'gamma', allowed: elo0, elo1, alpha, beta, model"),
    ("target = 5\nsprt = { elo0 = 0, elo1 = 5 }", "sprt: got 'a test', allowed: for two players that meet round-robin"),
    ("openings = 4", "openings: got 4, allowed: a table"),
    ("openings = { count = 4 }", "openings: key: got 'count', allowed: kind, moves, folder"),
    ('openings = { kind = "joseki" }', "openings: kind: got 'joseki', allowed: random, book"),
    ("openings = { moves = 61 }", "openings: moves: got 61, allowed: a whole number, 0 to 60"),
    ('openings = { folder = "x" }', "openings: folder: got 'x', allowed: absent where kind is not \"book\""),
    ('openings = { kind = "book" }', "openings: folder: got None"),
    ('openings = { kind = "book", folder = "none" }', "openings: folder: got 'none', allowed: a folder with SGF files"),
    ('openings = { kind = "book", folder = "~nobody-at-all/x" }', "openings: folder: got '~nobody-at-all/x'"),
    ("time = 60", "time: got 60, allowed: a table"),
    ("time = {}", "time: got {}, allowed: main or period above 0"),
    ("time = { main = -1 }", "time: main: got -1, allowed: a number, 0 to 1000000 seconds"),
    ("time = { main = 5, stones = 3 }", "stones where there is a period"),
    ("time = { main = 5, byoyomi = 3 }", "time: key: got 'byoyomi', allowed: main, period, stones"),
]


@pytest.mark.parametrize(("line", "words"), MISTAKES, ids=[words[:30] for _, words in MISTAKES])
def test_mistakes(line: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadValue) as caught:
        read(f"{line}\n{TWO}", tmp_path)
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / 'league.toml'}: ") and "\n" not in str(caught.value)


PLAYERS: list[tuple[str, str]] = [
    # the second player, words of the message
    ("", "player 2: name: got None, allowed: text"),
    ('name = ""', "player 2: name: got ''"),
    ('name = " b"', "no blank at an end"),
    ('name = "b\\u0007"', "player 2: name: got 'b\\x07'"),
    (f'name = "{"x" * 61}"', "1 to 60 printable characters"),
    ("name = 5", "player 2: name: got 5"),
    ('name = "a"', "players: name: got 'a', allowed: a name of its own for every player"),
    ('name = "b"\nvists = 8', "player 'b': key: got 'vists', allowed: ckpt, player, visits"),
    ('name = "b"\nvists = 8', "did you mean 'visits'?"),
    ('name = "b"\nvisits = 0', "player 'b': visits: got 0, allowed: a whole number, 1 to 1000000"),
    ('name = "b"\nvisits = 1.5', "player 'b': visits: got 1.5"),
    ('name = "b"\nseconds = 0', "player 'b': seconds: got 0"),
    ('name = "b"\nlevel = 11', "player 'b': level: got 11, allowed: a whole number, 1 to 10"),
    ('name = "b"\nthreads = 0', "player 'b': threads: got 0"),
    ('name = "b"\nresign = "never"', "player 'b': resign: got 'never', allowed: 'off', or a win rate from 0 to 1"),
    ('name = "b"\nset = 5', "player 'b': set: got 5, allowed: a table"),
    ('name = "b"\nckpt = 5', "player 'b': ckpt: got 5"),
    ('name = "b"\nckpt = "~nobody-at-all/x"', "player 'b': ckpt: got '~nobody-at-all/x'"),
    ('name = "b"\nengine = "gnugo"\nvisits = 3', "player 'b': key: got 'visits', allowed: engine, command"),
    ('name = "b"\nengine = 5', "player 'b': engine: got 5"),
    ('name = "b"\nengine = "gnugo"\ncommand = ["x"]', "player 'b': got 'engine and command', allowed: one of the two"),
]


@pytest.mark.parametrize(("player", "words"), PLAYERS, ids=[words[:40] for _, words in PLAYERS])
def test_mistakes_in_a_player(player: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadValue) as caught:
        read(f'[[players]]\nname = "a"\n[[players]]\n{player}\n', tmp_path)
    assert words in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("players", [None, "a", [], [{"name": "a"}], [{"name": "a"}, 5]])
def test_it_takes_two_players(players: object) -> None:
    with pytest.raises(BadValue, match="player"):
        parse_league({"players": players}, folder=Path())


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "league.toml"
    for data, words in (
        (None, "No such file or directory"),
        (b"title = 'x'\nplayers = [", "at line 2, column 12"),
        (b"title = '\xff'", "no UTF-8 (at line 1, column 10)"),
        (b"#" * (MAX_TOML_BYTES + 1), "allowed: up to 1048576"),
        (b"x = " + b"[" * 5000, "a TOML file in UTF-8"),
    ):
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(BadValue) as caught:
            read_league(path)
        assert words in str(caught.value)
    with pytest.raises(BadValue, match="Is a directory"):
        read_league(tmp_path)

"""What a league leaves on disk, and what may change between two runs."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tessera import sgf
from tessera.checkpoints import shipped_path
from tessera.errors import BadValue, CheckpointError
from tessera.files import SUFFIX
from tessera.interfaces.arbiter import VOID, GameRecord
from tessera.league.config import LeagueConfig, parse_league
from tessera.league.folder import LeagueFolder, describe, sgf_name, sgf_text
from tessera.league.openings import OpeningBook
from tessera.league.records import RecordError
from tests.league.fakes import config_of

GAME = GameRecord(3, "a", "b", "B+3.5", ((1, 12), (2, 6), (1, 25)), 5, 0.5, "chinese-kgs", "random 1-0", (0.5, 0.25))


def told(config: LeagueConfig) -> dict[str, Any]:
    return describe(config, OpeningBook(config))


def league(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    players = table.pop("players", [{"name": "a", "player": "random"}, {"name": "b", "player": "random"}])
    return told(parse_league({"size": 5, "komi": 0.5, **table, "players": players}, folder=folder))


def test_the_same_league_again_and_a_longer_one(tmp_path: Path) -> None:
    folder = LeagueFolder(tmp_path / "x")
    assert folder.description() is None
    folder.open(told(config_of("a", "b")), [])
    folder.open(told(config_of("a", "b")), [GAME])
    folder.open(told(config_of("c", "a", "b", games=50, target=5, title="T", schedule="ladder")), [GAME])
    description = folder.description()
    assert description is not None
    assert description["title"] == "T" and description["planned"] == 150 and list(description["players"]) == [*"abc"]


def test_a_player_with_games_stays_known_and_one_without_goes(tmp_path: Path) -> None:
    folder = LeagueFolder(tmp_path)
    folder.open(told(config_of("a", "b", "c")), [])
    folder.open(told(config_of("d", "e")), [GAME])
    assert (folder.description() or {})["players"].keys() == {*"abde"}


CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"size": 6}, "size of the league in .*: got 6, allowed: 5 as before; take another --out"),
    ({"komi": 1.5}, "komi of the league in .*: got 1.5, allowed: 0.5 as before"),
    ({"rules": "aga"}, "rules of the league in .*: got 'aga', allowed: 'chinese-kgs' as before"),
    ({"seed": 2}, "seed of the league in .*: got 2, allowed: 1 as before"),
    ({"openings": {"moves": 5}}, "openings of the league"),
    ({"time": {"main": 5}}, "time of the league in .*allowed: None as before"),
    (
        {"players": [{"name": "a", "player": "random", "visits": 9}, {"name": "b", "player": "random"}]},
        "player 'a': visits: got 9, allowed: None as before; give it a new name",
    ),
    (
        {"players": [{"name": "a", "player": "random"}, {"name": "b", "engine": "gnugo"}]},
        "player 'b': profile: got 'gnugo', allowed: None as before",
    ),
]


@pytest.mark.parametrize(("change", "words"), CHANGES, ids=[words[:20] for _, words in CHANGES])
def test_what_games_depend_on_does_not_change(change: dict[str, Any], words: str, tmp_path: Path) -> None:
    folder = LeagueFolder(tmp_path)
    folder.open(league({}, tmp_path), [])
    changed = league(dict(change), tmp_path)
    with pytest.raises(BadValue, match=words):
        folder.open(changed, [GAME])
    void = replace(GAME, result=VOID, culprit="b", note="no such option")
    folder.open(changed, [void])  # no finished game depends on it: a mistake may be mended
    folder.open(league({}, tmp_path), [])


def test_another_spelling_is_the_same(tmp_path: Path) -> None:
    folder = LeagueFolder(tmp_path)
    folder.open(league({"rules": "tromp-taylor", "komi": 1}, tmp_path), [])
    folder.open(league({"rules": "TT", "komi": 1.0}, tmp_path), [GAME])


def network_league(folder: Path, name: str) -> dict[str, Any]:
    return league({"players": [{"name": "a", "ckpt": name, "visits": 2}, {"name": "b", "player": "random"}]}, folder)


def test_networks_count_by_what_is_in_them(tmp_path: Path) -> None:
    shutil.copy(shipped_path(), tmp_path / "one.pth")
    shutil.copy(shipped_path(), tmp_path / "two.pth")
    folder = LeagueFolder(tmp_path / "x")
    folder.open(network_league(tmp_path, "one.pth"), [])
    folder.open(network_league(tmp_path, "two.pth"), [GAME])  # moved
    description = folder.description() or {}
    assert len(description["players"]["a"]["network"]) == 64 and description["players"]["b"]["network"] == ""
    description["players"]["a"]["network"] = "0" * 64
    (tmp_path / "x" / "league.json").write_text(json.dumps(description))
    with pytest.raises(
        BadValue, match=r"player 'a': network: got '.*', allowed: '0000.*' as before; give it a new name"
    ):
        folder.open(network_league(tmp_path, "one.pth"), [GAME])
    with pytest.raises(CheckpointError, match=r"none\.pth"):
        network_league(tmp_path, "none.pth")
    (tmp_path / "one.pth").write_bytes(b"PK hello")
    with pytest.raises(CheckpointError, match=r"one\.pth"):
        network_league(tmp_path, "one.pth")


def test_a_book_counts_by_what_is_in_it(tmp_path: Path) -> None:
    def book(name: str) -> dict[str, Any]:
        return league({"openings": {"kind": "book", "folder": name}}, tmp_path)

    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "x.sgf").write_text("(;SZ[5];B[cc])")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    folder = LeagueFolder(tmp_path / "x")
    folder.open(book("one"), [])
    folder.open(book("two"), [GAME])
    (tmp_path / "two" / "x.sgf").write_text("(;SZ[5];B[bb])")
    with pytest.raises(BadValue, match="openings of the league"):
        folder.open(book("two"), [GAME])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"players": 5, "anchors": {}, "planned": 2}', "\x00"])
def test_a_damaged_description(text: str, tmp_path: Path) -> None:
    (tmp_path / "league.json").write_text(text)
    with pytest.raises(RecordError, match=r"league\.json: not what a league wrote"):
        LeagueFolder(tmp_path).description()


def test_games_without_a_description(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"league\.json: missing"):
        LeagueFolder(tmp_path).open(told(config_of("a", "b")), [GAME])


def test_every_game_is_an_sgf_that_reads_back(tmp_path: Path) -> None:
    folder = LeagueFolder(tmp_path)
    folder.open(told(config_of("a", "b")), [])
    path = folder.save_sgf(GAME)
    assert path.name == "00003-a-b.sgf"
    record = sgf.read(path)
    assert (record.black, record.white, record.result, record.komi, record.size) == ("a", "b", "B+3.5", 0.5, 5)
    assert record.game().rules.name == "chinese-kgs"
    assert tuple((move.color, move.point) for move in record.game().moves) == GAME.moves
    assert "opening random 1-0" in path.read_text()


def test_a_void_game_tells_its_attempt_and_why(tmp_path: Path) -> None:
    void = replace(GAME, result=VOID, attempt=2, note="b: no answer", culprit="b")
    assert sgf_name(void) == "00003-a-b-void2.sgf"
    assert "RE[Void]" in sgf_text(void) and "b: no answer" in sgf_text(void)


def test_names_that_are_no_file_names() -> None:
    names = ("../../etc/passwd", "GnuGo: level 10", "囲碁", "x" * 60)
    assert [sgf_name(replace(GAME, black=name)) for name in names] == [
        "00003-etc-passwd-b.sgf",
        "00003-GnuGo--level-10-b.sgf",
        "00003-player-b.sgf",
        f"00003-{'x' * 40}-b.sgf",
    ]


def test_what_a_kill_left_half_done_is_made_whole(tmp_path: Path) -> None:
    folder = LeagueFolder(tmp_path)
    folder.open(told(config_of("a", "b")), [])
    (folder.sgf / f".00001-a-b.sgf.0a1b{SUFFIX}").write_text("(;")
    void = replace(GAME, number=4, result=VOID, culprit="a", note="fell over")
    folder.save_sgf(replace(GAME, result="W+R"))
    folder.open(told(config_of("a", "b")), [GAME, void])
    assert sorted(path.name for path in folder.sgf.iterdir()) == ["00003-a-b.sgf", "00004-a-b-void1.sgf"]
    assert sgf.read(folder.sgf / "00003-a-b.sgf").result == "W+R", "what is there is not written again"


def test_a_game_that_is_none(tmp_path: Path) -> None:
    impossible = replace(GAME, moves=((1, 12), (2, 12)))
    with pytest.raises(RecordError, match="game 3 on record cannot be replayed: illegal move"):
        LeagueFolder(tmp_path).open(told(config_of("a", "b")), [replace(impossible, result=VOID)])
    with pytest.raises(RecordError, match="cannot be replayed: rules: got 'chess'"):
        sgf_text(replace(GAME, rules="chess"))

"""From an entrant's description to a command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tessera.clock import canadian
from tessera.engines import VARIABLE, program_variable
from tessera.errors import BadValue, EngineError
from tessera.interfaces.arbiter import Entrant
from tessera.match.launch import OWN_PROGRAM, plan
from tests.match.scripted import context_of

PROFILE = """
title = "Fake"
programs = ["fake-go"]
cure = "write it"
version_arguments = ["--version"]
version_pattern = 'Fake (\\S+)'
arguments = ["gtp"]
folder = "{program}"
sizes = [5, 19]
setup = ["kata-set-rules {rules}"]
new_game = ["set_random_seed {seed}"]
pair_option = "-o"
[rule_names]
chinese-kgs = "kgs"
[settings]
level = ["--level", "{}"]
[pairs]
seed = "seed={}"
temperature = "early={},late={}"
[limits]
temperature = [0, 5]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "fake.toml").write_text(PROFILE)
    program = tmp_path / "bin" / "fake-go"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    return tmp_path


def engine(**settings: object) -> Entrant:
    return Entrant("e", "engine", {"profile": "fake", **settings})


def test_a_profile_with_overrides(folder: Path) -> None:
    settings = {"level": 1, "temperature": 2.5}
    launch = plan(engine(settings=settings, setup=["say {rules}"], seconds=3), context_of(folder))
    program = str(folder / "bin" / "fake-go")
    assert launch.command(7) == [program, "gtp", "--level", "1", "-o", "seed=7,early=2.5,late=2.5"]
    assert launch.setup == ("kata-set-rules kgs", "say kgs")
    assert launch.new_game == ("set_random_seed {seed}",)
    assert (launch.folder, launch.seconds) == (folder / "bin", 3)
    assert plan(engine(settings={"seed": 4}), context_of(folder)).command(7)[-1] == "seed=4"


def test_where_the_program_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = folder / "other"
    elsewhere.write_text("#!/bin/sh\n")
    elsewhere.chmod(0o755)
    launch = plan(engine(program=str(elsewhere), folder="/data"), context_of(folder))
    assert launch.command(0)[0] == str(elsewhere)
    assert launch.folder == Path("/data")
    monkeypatch.setenv(program_variable("fake"), str(elsewhere))
    assert plan(engine(), context_of(folder)).command(0)[0] == str(elsewhere)
    with pytest.raises(EngineError, match="Fake is not installed at '/no/such': write it"):
        plan(engine(program="/no/such"), context_of(folder))


def test_a_plain_command(folder: Path) -> None:
    entrant = Entrant("e", "engine", {"command": ["fake-go", "--seed", "{seed}"], "setup": ["rules {rules}"]})
    launch = plan(entrant, context_of(folder, rules="japanese"))
    assert launch.command(9) == ["fake-go", "--seed", "9"]
    assert launch.setup == ("rules japanese",)
    assert launch.folder is None


def test_our_own_program(tmp_path: Path) -> None:
    settings = {"ckpt": "a.pth", "player": "search", "visits": 16, "set": {"leaves": 4}}
    launch = plan(Entrant("net", "tessera", settings), context_of(tmp_path, rules="japanese"))
    words = list(launch.command(5))
    assert tuple(words[:3]) == OWN_PROGRAM
    text = " ".join(words[3:])
    for expected in ("--ckpt a.pth", "--visits 16", "--set leaves=4", "--threads 1", "--resign off", "--seed 5"):
        assert expected in text
    command, _, rules = launch.setup[0].partition(" ")
    assert command == "kata-set-rules"
    assert json.loads(rules)["scoring"] == "TERRITORY"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"settings": {"level": 1, "visits": 3}}, "setting of Fake: got 'visits', allowed: level, seed, temperature"),
        ({"settings": {"temperature": 6}}, "temperature of Fake: got 6, allowed: 0 to 5"),
        ({"settings": {"temperature": "hot"}}, "got 'hot', allowed: 0 to 5"),
        ({"settings": [1]}, "a table of level, seed"),
        ({"seconds": 0.5}, "whole seconds from 1"),
        ({"setup": "komi 3"}, "a list of words"),
        ({"level": 3}, "setting of player e: got 'level'"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, settings: Mapping[str, object], words: str) -> None:
    with pytest.raises(BadValue) as caught:
        plan(engine(**settings), context_of(folder))
    assert words in str(caught.value)


def test_the_league_s_board_rules_and_clock(folder: Path) -> None:
    with pytest.raises(BadValue, match="board size for Fake: got 3, allowed: 5 to 19"):
        plan(engine(), context_of(folder, size=3))
    with pytest.raises(BadValue, match="rules for Fake: got 'aga', allowed: chinese-kgs"):
        plan(engine(), context_of(folder, rules="aga"))
    with pytest.raises(BadValue, match="absent where the league has a clock"):
        plan(engine(seconds=2), context_of(folder, time=canadian(60)))

"""Profiles of external engines: ours, a user's, and files that are none."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tessera.engines import VARIABLE, Profile, load_profile, load_profiles, program_variable, read_profile
from tessera.errors import BadValue, EngineError

MINIMAL = """
title = "Fake"
programs = ["fake-go"]
cure = "write it"
version_arguments = ["--version"]
version_pattern = 'Fake (\\S+)'
"""


def fake_engine(folder: Path, prints: str, name: str = "fake-go") -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{prints}'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    (tmp_path / "fake.toml").write_text(MINIMAL)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return load_profile("fake")


def test_ours_are_there() -> None:
    assert {"gnugo", "katago", "pachi", "leela-zero"} <= load_profiles().keys()


def test_a_program_is_found_and_tells_its_version(profile: Profile, tmp_path: Path) -> None:
    assert profile.find() is None
    fake_engine(tmp_path, "Fake 1.2 by nobody")
    assert profile.find() == str(tmp_path / "fake-go")
    assert profile.probe() == "1.2"


def test_the_wrong_program_of_that_name_is_told(profile: Profile, tmp_path: Path) -> None:
    """Debian's pachi is a platform game."""
    fake_engine(tmp_path, "Pachi el marciano")
    with pytest.raises(EngineError, match="another program, not Fake: write it"):
        profile.probe()


def test_an_absent_program_names_the_cure(profile: Profile) -> None:
    with pytest.raises(EngineError, match="not installed: write it"):
        profile.probe()
    with pytest.raises(EngineError, match="not installed"):
        profile.command("chinese")


@pytest.mark.gnugo
def test_gnugo_command() -> None:
    gnugo = load_profile("gnugo")
    command = gnugo.command("chinese-kgs", {"level": 1, "seed": 7})
    assert command[1:] == [
        *("--mode", "gtp", "--quiet", "--chinese-rules", "--positional-superko"),
        *("--level", "1", "--seed", "7"),
    ]
    assert gnugo.probe() == "3.8"
    with pytest.raises(BadValue, match="setting of GNU Go"):
        gnugo.command("chinese", {"visits": 3})
    with pytest.raises(BadValue, match="rules for GNU Go"):
        gnugo.command("bga")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("title = ", "at line 1, column 9.*a TOML file"),
        (MINIMAL + "shell = 'rm'", "key: got 'shell'"),
        (MINIMAL.replace('cure = "write it"', ""), "key: got 'cure'"),
        (MINIMAL + "arguments = 'gtp'", "arguments: got 'gtp', allowed: a list, each text"),
        (MINIMAL + "rules = 3", "rules: got 3, allowed: a table of a list, each text"),
        (MINIMAL.replace('"Fake"', "7"), "title: got 7, allowed: text"),
        ("#" * 1_100_000, "bytes"),
        (MINIMAL + "folder = 7", "folder: got 7, allowed: text"),
        (MINIMAL + "sizes = [9]", "sizes: got .*a list of 2, each a whole number"),
        (MINIMAL + "sizes = [19, 9]", "sizes: got .*the least, then the greatest"),
        (MINIMAL + "limits = 3", "limits: got 3, allowed: a table of a list of 2, each a number"),
        (MINIMAL + "[limits]\nlevel = [0, 10]", "limits: got 'level', allowed: no settings are declared"),
        (MINIMAL + "[defaults]\nlevel = '1'\n[settings]\nseed = []", "defaults: got 'level', allowed: seed"),
        (MINIMAL + "[pairs]\nlevel = ['x']", "pairs level: got .*allowed: text"),
        (MINIMAL.replace("(\\S+)", "(\\S+"), "a regular expression"),
        (MINIMAL.replace("(\\S+)", "x"), "one group, the version"),
    ],
)
def test_bad_profiles(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(BadValue, match=complaint):
        read_profile(path)


OURS = [
    # profile, rules, settings, the words after the program
    ("gnugo", "aga", {"level": 3}, "--mode gtp --quiet --chinese-rules --situational-superko --level 3"),
    (
        "katago",
        "chinese-kgs",
        {"model": "n", "temperature": 2, "override": "a=1", "resign": False},
        "gtp -model n -override-config chosenMoveTemperatureEarly=2,chosenMoveTemperature=2,a=1,allowResignation=false",
    ),
    ("pachi", "new-zealand", {"playouts": 500, "threads": 1}, "--rules new_zealand -t =500 threads=1"),
    ("leela-zero", "chinese-ogs", {"weights": "w.gz", "visits": 1}, "--gtp --noponder --weights w.gz --visits 1"),
]


@pytest.mark.parametrize(("name", "rules", "settings", "words"), OURS, ids=[each[0] for each in OURS])
def test_our_profiles(name: str, rules: str, settings: dict[str, object], words: str, tmp_path: Path) -> None:
    fake_engine(tmp_path, "x", name="program")
    program = str(tmp_path / "program")
    profile = load_profile(name)
    assert profile.command(rules, settings, program=program) == [program, *words.split()]
    assert profile.cannot
    assert profile.directory(program) == (tmp_path if name == "pachi" else None)


@pytest.mark.parametrize(
    ("name", "setting", "value", "words"),
    [
        ("pachi", "playouts", 499, "playouts of Pachi: got 499, allowed: 500 to 1e.09"),
        ("katago", "temperature", 5.1, "temperature of KataGo: got 5.1, allowed: 0 to 5"),
        ("gnugo", "level", "ten", "level of GNU Go: got 'ten', allowed: 0 to 20"),
        ("gnugo", "visits", 8, "setting of GNU Go: got 'visits', allowed: level, seed"),
    ],
)
def test_values_out_of_range(name: str, setting: str, value: object, words: str, tmp_path: Path) -> None:
    fake_engine(tmp_path, "x")
    with pytest.raises(BadValue, match=words):
        load_profile(name).command("chinese-kgs", {setting: value}, program=str(tmp_path / "fake-go"))


def test_rules_and_boards_of_ours() -> None:
    assert load_profile("katago").start_commands("chinese-kgs") == ("kata-set-rules chinese-kgs",)
    with pytest.raises(BadValue, match="rules for Pachi: got 'tromp-taylor'"):
        load_profile("pachi").rules_name("tromp-taylor")
    for name, size in (("gnugo", 20), ("leela-zero", 9), ("pachi", 25)):
        with pytest.raises(BadValue, match="board size for"):
            load_profile(name).check_size(size)


def test_a_variable_names_the_program(profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_engine(tmp_path, "Fake 2.0", name="built-by-hand")
    monkeypatch.setenv(program_variable("fake"), str(tmp_path / "built-by-hand"))
    assert profile.probe() == "2.0"
    monkeypatch.setenv(program_variable("fake"), "/no/such")
    with pytest.raises(EngineError, match="Fake is not installed at '/no/such': write it"):
        profile.probe()


@pytest.mark.parametrize(
    ("name", "prints", "version"),
    [
        ("gnugo", "GNU Go 3.8", "3.8"),
        ("katago", "KataGo v1.17.2\nGit revision: x", "1.17.2"),
        ("pachi", "Pachi 12.90 (Jowa)\ngit b69e353 (master)", "12.90"),
        ("pachi", "Pachi version 12.60\n", "12.60"),
        ("pachi", "Pachi el marciano 1.0", None),
        ("leela-zero", "Leela Zero 0.17  Copyright (C) 2017-2018", "0.17"),
    ],
)
def test_what_real_engines_print(name: str, prints: str, version: str | None, tmp_path: Path) -> None:
    fake_engine(tmp_path, prints, name="program")
    program = str(tmp_path / "program")
    if version is None:
        with pytest.raises(EngineError, match=r"another program, not Pachi.*platform game"):
            load_profile(name).probe(program)
    else:
        assert load_profile(name).probe(program) == version


def test_unknown_name_lists_what_is_there() -> None:
    with pytest.raises(BadValue, match="gnugo"):
        load_profile("nobody")

"""Profiles of external engines: ours, a user's, and files that are none."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tessera.engines import VARIABLE, Profile, load_profile, load_profiles, read_profile
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
        ("title = ", "a TOML file"),
        (MINIMAL + "shell = 'rm'", "key: got 'shell'"),
        (MINIMAL.replace('cure = "write it"', ""), "key: got 'cure'"),
        (MINIMAL + "arguments = 'gtp'", "a list of words"),
        (MINIMAL + "rules = 3", "a table of lists"),
        (MINIMAL.replace('"Fake"', "7"), "title: got 7, allowed: text"),
        ("#" * 70_000, "bytes"),
    ],
)
def test_bad_profiles(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(BadValue, match=complaint):
        read_profile(path)


def test_unknown_name_lists_what_is_there() -> None:
    with pytest.raises(BadValue, match="gnugo"):
        load_profile("nobody")

"""Probing engines: absent, another program, broken, and good ones."""

from __future__ import annotations

import stat
import sys
import time
from pathlib import Path

import pytest

from tessera.engines import VARIABLE, Profile, load_profile, profile
from tessera.errors import BadValue
from tessera.match.probe import look, probe
from tests.match.engines import SCRIPT

TOML = """
title = "Fake"
programs = ["fake-go"]
cure = "write it"
version_arguments = ["--version"]
version_pattern = 'Fake (\\S+)'
arguments = ["gtp"]
cannot = ["win"]
sizes = [13, 19]
[settings]
mode = ["{}"]
[rules]
aga = []
"""
SHELL = """#!/bin/sh
test "$1" = --version && echo "Fake 1.2" && exit
exec {python} -S {script} $2
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "fake.toml").write_text(TOML)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path


def install(folder: Path, text: str = SHELL) -> Profile:
    program = folder / "fake-go"
    program.write_text(text.format(python=sys.executable, script=SCRIPT))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return load_profile("fake")


def test_a_good_one_plays_on_the_nearest_board(folder: Path) -> None:
    fake = install(folder)
    result = probe(fake, {"mode": "good"})
    assert (result.status, result.version, result.program) == ("ok", "1.2", str(folder / "fake-go"))
    assert result.detail.startswith("GTP: Fake good ; plays A1 on 13x13, ")
    assert result.cannot == ("win",)
    assert look(fake).status == "ok"


def test_an_absent_one_has_a_cure(folder: Path) -> None:
    result = probe(load_profile("fake"), {"mode": "good"})
    assert (result.status, result.detail, result.cure) == ("absent", "not installed", "write it")


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("hang-start", "no answer to 'name' in time"),
        ("crash-start", "no network"),
        ("garbage", "'banana' is no move on 13x13"),
        ("refuse-genmove", "no idea"),
    ],
)
def test_one_that_does_not_play(mode: str, words: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SHELL.replace("$2", "$2 after=0")
    result = probe(install(folder, text), {"mode": mode}, patience=0.5)
    assert result.status == "trouble"
    assert words in result.detail


def test_a_bad_setting_is_the_user_s(folder: Path) -> None:
    with pytest.raises(BadValue, match="setting of Fake: got 'level', allowed: mode"):
        probe(install(folder), {"level": "1"})


def test_a_game_of_that_name_is_told_and_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may open a window and stay, whatever it is asked, and have children."""
    monkeypatch.setattr(profile, "PROBE_SECONDS", 0.5)
    fake = install(folder, "#!/bin/sh\necho $$ > {script}.pid\nsleep 60 & sleep 60\n".replace("{script}", str(folder)))
    started = time.monotonic()
    result = probe(fake, {"mode": "good"})
    assert time.monotonic() - started < 5
    assert result.status == "trouble"
    assert result.detail.endswith("fake-go told no version and did not end: write it")
    fake = install(folder, "#!/bin/sh\necho Pachi el marciano 1.0\n")
    assert "is another program, not Fake: write it" in look(fake).detail


@pytest.mark.gnugo
def test_gnugo() -> None:
    result = probe(load_profile("gnugo"), {"level": "1"})
    assert (result.status, result.version) == ("ok", "3.8")
    assert "GTP: GNU Go 3.8; plays" in result.detail and "on 9x9" in result.detail

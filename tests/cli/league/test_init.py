"""`tessera league init`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tessera.league.config import read_league
from tests.cli.league.door import tessera


def test_a_file_that_can_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert tessera("init") == 0
    assert capsys.readouterr().out == "wrote league.toml; play it with: tessera league run league.toml\n"
    assert len(read_league(Path("league.toml")).players) == 4


def test_an_existing_file_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("mine")
    assert tessera("init", path) == 2
    assert "PATH: got" in (error := capsys.readouterr().err) and "a new file" in error and "File exists" in error
    assert path.read_text() == "mine"


def test_a_place_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tessera("init", tmp_path / "none" / "x.toml") == 2
    assert "No such file or directory" in capsys.readouterr().err

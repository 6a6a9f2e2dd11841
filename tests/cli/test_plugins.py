"""`tessera plugins`: who is there, who offers what, who failed and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tessera.cli.main import main


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed plugin that needs what is not there."""
    (tmp_path / "t_mambo.py").write_text("import drums")
    info = tmp_path / "mambo-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mambo\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tessera]\nmambo = t_mambo\n")
    monkeypatch.syspath_prepend(tmp_path)


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "--json", "--strict"]) == 0
    found = {plugin["name"]: plugin for plugin in json.loads(capsys.readouterr().out)}
    assert found["builtin"]["provides"]["networks"] == ["uniform"]
    assert found["resnet"]["status"] == "loaded"
    assert found["resnet"]["module"] == "tessera_resnet"
    assert found["resnet"]["distribution"].startswith("tessera-go ")


@pytest.mark.usefixtures("broken")
def test_a_failure_is_shown_with_its_cure_and_fails_only_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins"]) == 0
    text = capsys.readouterr().out
    assert "mambo failed: ModuleNotFoundError: No module named 'drums'" in text
    assert "cure: install what provides the module 'drums'" in text
    assert main(["plugins", "--strict"]) == 1


def test_a_disabled_plugin_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TESSERA_DISABLE_PLUGINS", "resnet")
    assert main(["plugins"]) == 0
    assert "resnet blocked: take it out of TESSERA_DISABLE_PLUGINS" in capsys.readouterr().out

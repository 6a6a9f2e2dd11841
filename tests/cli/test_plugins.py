"""`tessera plugins`: who is there, who offers what, who failed and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tessera.cli.main import main
from tessera.hookspecs import hookimpl
from tessera.interfaces.network import NetworkSpec
from tessera.plugins import build_manager


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


def test_every_setting_of_what_is_offered_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "gumbel"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("trainer gumbel: self-play")
    (window,) = [line.split() for line in lines if line.startswith("window ")]
    assert window[:7] == ["window", "60000", "a", "whole", "number,", "1", "or"] and "positions" in window
    assert "replay" in window
    assert main(["plugins", "openvino"]) == 0
    assert "Nothing can be set." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in ("networks", "trainers") for name in getattr(build_manager(), kind)],
)
def test_every_setting_has_its_words(kind: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", name, "--kind", kind.removesuffix("s"), "--json"]) == 0
    for setting in json.loads(capsys.readouterr().out)["settings"]:
        assert setting["meaning"].endswith((".", ")")) and setting["allowed"], setting


def test_a_name_of_two_kinds_asks_which(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    manager = build_manager()
    spec = manager.networks["tower"]
    manager.register(Other(), "other")
    monkeypatch.setattr("tessera.cli.main.build_manager", lambda: manager)
    assert main(["plugins", "gumbel"]) == 2
    assert (
        "name: got 'gumbel', allowed: the network gumbel or the trainer gumbel; add --kind" in capsys.readouterr().err
    )
    assert main(["plugins", "gumbel", "--kind", "network"]) == 0
    assert capsys.readouterr().out.startswith(f"network gumbel: {spec.summary}")
    assert main(["plugins", "gumbel", "--kind", "player"]) == 2
    assert "--kind: got 'player', allowed: network or trainer" in capsys.readouterr().err
    assert main(["plugins", "gumble"]) == 2
    error = capsys.readouterr().err
    assert "name: got 'gumble', allowed: " in error and "tower" in error and len(error.splitlines()) == 1


class Other:
    """A plugin whose network is called like a trainer."""

    @hookimpl
    def tessera_register_networks(self, register: Callable[[NetworkSpec], None]) -> None:
        register(replace(build_manager().networks["tower"], name="gumbel"))

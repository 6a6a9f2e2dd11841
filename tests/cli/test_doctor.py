"""`tessera doctor` finds what is there, and says what to do about what is not."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
import torch

from tessera.cli import doctor
from tessera.cli.main import main
from tessera.plugins import Manager, PluginReport, build_manager
from tessera.settings import NoSettings


def findings() -> dict[str, doctor.Finding]:
    return {finding.check: finding for finding in doctor.examine(build_manager())}


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--json"])
    found = json.loads(capsys.readouterr().out)
    status = {each["check"]: each["status"] for each in found}
    assert {"tessera", "python", "torch", "cpu", "plugin builtin", "engine gnugo", "shipped network"} <= status.keys()
    assert set(status.values()) <= {"ok", "absent", "trouble"}
    assert code == int("trouble" in status.values())
    assert all(each["cure"] for each in found if each["status"] == "trouble")


def test_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor"])
    assert "plugin resnet" in capsys.readouterr().out


def test_engines_are_looked_for_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "katago"
    program.write_text("#!/bin/sh\necho KataGo v9.9; echo second line\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    silent = tmp_path / "pachi"
    silent.write_text("#!/bin/sh\nexit 1\n")
    silent.chmod(silent.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    found = {finding.check: finding for finding in doctor._engines()}
    assert found["engine katago"].detail == f"{program}, KataGo 9.9"
    assert f"{silent} is another program, not Pachi" in found["engine pachi"].detail
    assert found["engine leela-zero"].status == "absent"


def test_a_missing_network_names_the_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tessera.checkpoints.store.__file__", str(tmp_path / "checkpoints" / "store.py"))
    finding = findings()["shipped network"]
    assert finding.status == "trouble"
    assert "--ckpt" in finding.cure


def test_a_present_network_is_timed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tessera.checkpoints import save

    manager = build_manager()
    module = manager.networks["uniform"].build(NoSettings())
    save(tmp_path / "net.pth", module, network="uniform", settings={})
    monkeypatch.setattr(doctor, "shipped_path", lambda: tmp_path / "net.pth")
    found = findings()
    assert found["shipped network"].status == "ok"
    assert re.fullmatch(r"[\d.]+ ms, one position, cpu; --evaluator auto takes .+", found["evaluation 19x19"].detail)


def test_a_failed_plugin_is_trouble() -> None:
    manager = Manager()
    manager.note(PluginReport("mambo", "mambo", "mambo 1.0", "failed", error="no drums", cure="buy drums"))
    (finding,) = doctor._plugins(manager)
    assert (finding.status, finding.detail, finding.cure) == ("trouble", "no drums", "buy drums")


def test_a_check_that_fails_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> object:
        raise RuntimeError("driver")

    monkeypatch.setattr(doctor, "_devices", broken)
    found = findings()
    assert found["unforeseen"].detail == "RuntimeError: driver"
    assert "shipped network" in found


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_it_says_how_a_network_with_several_forms_is_computed() -> None:
    found = {finding.check: finding for finding in doctor._forms(build_manager())}
    assert found.keys() == {"network mamba"}
    finding = found["network mamba"]
    assert (finding.status, finding.detail) == (
        "ok",
        "computed by dual on cpu; triton: no CUDA device that torch can use",
    )

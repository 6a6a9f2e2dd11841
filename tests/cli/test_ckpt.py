"""`tessera ckpt` through the door a user takes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import torch

from tessera.checkpoints import Elo, Meta, read_manifest, save
from tessera.checkpoints.rank_table import keep_table
from tessera.cli.main import main
from tessera.plugins import build_manager
from tests.plugins.katago.written import Writer
from tests.ranks.tables import table

SETTINGS = {"blocks": 1, "width": 16}


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "net.pth"
    spec = build_manager().networks["resnet"]
    meta = Meta(sizes=(9,), games=1234, elo=Elo(1500, 1450, 1550, "gnugo = 1800"))
    save(path, spec.build(spec.settings(**SETTINGS)), network="resnet", settings=SETTINGS, meta=meta)
    return path


def test_show(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ckpt", "show", str(checkpoint)]) == 0
    text = capsys.readouterr().out
    for words in ("resnet", "blocks=1", "9x9", "1,234", "1500 [1450, 1550] (gnugo = 1800)"):
        assert words in text


def test_show_tells_the_ranks(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manager = build_manager()
    assert main(["ckpt", "show", str(checkpoint)]) == 0
    assert "not measured; tessera calibrate" in capsys.readouterr().out
    keep_table(checkpoint, table(read_manifest(checkpoint).digest), manager)
    assert main(["ckpt", "show", str(checkpoint)]) == 0
    assert "9x9 20k to 5k, 13x13 25k to 8k" in capsys.readouterr().out


def test_show_as_json(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ckpt", "show", "--json", f"file://{checkpoint}"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["network"] == "resnet"
    assert shown["meta"]["games"] == 1234
    assert len(shown["digest"]) == 64


def test_verify(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ckpt", "verify", str(checkpoint), str(checkpoint)]) == 0
    assert capsys.readouterr().out.count(": whole; network resnet") == 2
    assert main(["ckpt", "verify", "--json", str(checkpoint)]) == 0
    assert json.loads(capsys.readouterr().out)[0]["ok"] is True


def test_verify_refuses_a_flipped_bit_with_one_line(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray(checkpoint.read_bytes())
    data[len(data) // 2] ^= 1
    checkpoint.write_bytes(data)
    assert main(["ckpt", "verify", str(checkpoint)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "SHA-256" in captured.err


def test_export(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    safetensors = pytest.importorskip("safetensors")
    from safetensors.torch import load_file

    target = tmp_path / "net.safetensors"
    assert main(["ckpt", "export", str(checkpoint), str(target)]) == 0
    exported, plain = load_file(target), torch.load(checkpoint, weights_only=True)["model"]
    assert exported.keys() == plain.keys()
    assert all(torch.equal(exported[name], plain[name]) for name in plain)
    with safetensors.safe_open(target, "pt") as file:
        assert json.loads(file.metadata()["tessera.manifest"])["network"] == "resnet"
    assert main(["ckpt", "export", str(checkpoint), str(target)]) == 2
    assert "--force" in capsys.readouterr().err
    assert main(["ckpt", "export", "--force", str(checkpoint), str(target)]) == 0


def test_export_without_safetensors_names_the_extra(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "safetensors"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if "site-packages" not in entry])
    assert main(["ckpt", "export", str(checkpoint), str(tmp_path / "x.safetensors")]) == 1
    assert "pip install 'tessera-go[export]'" in capsys.readouterr().err
    assert not (tmp_path / "x.safetensors").exists()


def test_import_makes_a_sealed_checkpoint_of_another_programs_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kata.v1.bin.gz"
    path.write_bytes(Writer().file())
    assert main(["ckpt", "import", str(path)]) == 0
    assert "network katago, digest " in capsys.readouterr().out
    assert main(["ckpt", "verify", str(tmp_path / "kata.pth"), str(path)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len({line.rpartition("digest ")[2] for line in told}) == 1 and len(told) == 2
    assert main(["ckpt", "import", str(path)]) == 2
    assert "--force replaces it" in capsys.readouterr().err
    assert main(["ckpt", "import", str(path), "--force"]) == 0
    assert main(["ckpt", "import", str(tmp_path / "kata.pth"), str(tmp_path / "again.pth")]) == 2
    assert "KataGo's model files" in capsys.readouterr().err

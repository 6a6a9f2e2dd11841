"""`tessera bench` runs, reports what it promises, and says what is missing. Its figures are not judged here."""

from __future__ import annotations

import builtins
import json
from typing import Any

import pytest

from tessera.cli.main import main


def test_rules_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyspiel")
    assert main(["bench", "rules", "--size", "5", "--seconds", "0.5", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["size"] == 5
    assert report["tessera_bits"] > report["tessera_bytes"] * 0.5 > 0
    assert report["ratio_bytes_low"] <= report["ratio_bytes"] <= report["ratio_bytes_high"]
    # Games to two random passes on 25 points, ours with a limit of 80 moves and OpenSpiel's with 50.
    assert 20 < report["open_spiel_moves_per_game"] < 50
    assert 20 < report["tessera_moves_per_game"] < 80


def test_rules_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyspiel")
    assert main(["bench", "rules", "--size", "5", "--seconds", "0.5"]) == 0
    assert "mask as bytes" in capsys.readouterr().out


def test_without_open_spiel(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    imported = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "pyspiel":
            raise ImportError(name)
        return imported(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    assert main(["bench", "rules", "--size", "5"]) == 1
    assert "tessera-go[bench]" in capsys.readouterr().err


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "rules" in shown and "search" in shown


def test_networks_in_turns(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["bench", "network", "--network", "resnet", "--set", "blocks=1", "--size", "5", "--batch", "2"]
    assert main([*words, "--batch", "1", "--threads", "1", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["network"], report["size"]) == ("resnet", 5)
    assert [(line["evaluator"], line["batch"], line["ratio"]) for line in report["lines"]] == [
        ("torch", 2, 1.0),
        ("torch", 1, 1.0),
    ]
    assert all(line["milliseconds"] > 0 for line in report["lines"])


def test_forms_of_a_network_in_turns(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["bench", "network", "--network", "mamba", "--set", "blocks=1", "--size", "5", "--batch", "1"]
    assert main([*words, "--device", "cpu", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [line["form"] for line in report["lines"]] == ["dual", "chunked"]
    assert report["lines"][0]["ratio"] == 1.0 > report["lines"][1]["ratio"]
    assert report["forms_left_out"].keys() == {"triton"}
    assert main([*words, "--device", "cpu"]) == 0
    shown = capsys.readouterr().out
    assert "form" in shown and "Left out, triton: " in shown


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--set", "blocks=1"], "--set needs --network"),
        (["--network", "resnet", "--set", "colour=3"], "network resnet: setting"),
        (["--network", "minigo"], "minigo"),
        (["--network", "resnet", "--ckpt", "net.pth"], "two networks"),
        (["--ckpt", "nowhere.bin.gz"], "no such file"),
        (["--evaluator", "abacus"], "abacus"),
        (["--batch", "0"], "--batch"),
    ],
)
def test_wrong_words(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "network", *words]) in (1, 2)
    assert message in capsys.readouterr().err

"""`tessera bench selfplay` with the trainer `gumbel`: the counts are the search's, the words are checked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tessera.bench import selfplay
from tessera.cli.main import main

SMALL = ["bench", "selfplay", "--size", "3", "--games", "4", "--seconds", "0.3", "--threads", "1"]
SHAPE = ["--network", "resnet", "--set", "blocks=1", "--set", "width=8"]
# moves_per_iteration=1: no game that has ended is searched on until the others have made their moves.
SETTINGS = ("simulations=6", "max_num_considered_actions=4", "moves_per_iteration=1")
SEARCH = [word for setting in SETTINGS for word in ("--set-trainer", setting)]


@pytest.fixture(autouse=True)
def known_peaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selfplay, "peaks", lambda device: {"float32": 1e9, "bfloat16": 1e9})


def _report(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main([*SMALL, *SHAPE, *SEARCH, *words, "--json"]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def test_a_move_costs_the_root_and_its_simulations(capsys: pytest.CaptureFixture[str]) -> None:
    report = _report(capsys)
    assert (report["trainer"], report["size"], report["games"], report["threads"]) == ("gumbel", 3, 4, 1)
    assert report["network"] == "resnet" and report["network_settings"]["blocks"] == 1
    use = report["network_use"]
    assert (use["evaluations_per_move"], use["positions_per_call"]) == (7.0, 4.0)
    assert 0 < use["share"]["lowest"] <= use["share"]["highest"] < 1
    assert report["learning_steps"] == 0
    assert 1 <= report["mean_length"] <= 18
    assert report["games_per_hour"]["median"] == pytest.approx(
        3600 * report["moves_per_second"]["median"] / report["mean_length"]
    )


def test_learning_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--set-trainer", "warm_up=1", "--set-trainer", "batch=8"]
    assert main([*SMALL, *SHAPE, *SEARCH, *words]) == 0
    shown = capsys.readouterr()
    assert "training steps" in shown.err and "moves/s" in shown.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--trainer", "alpha"], "alpha"),
        (["--network", "minigo"], "minigo"),
        (["--set", "colour=3"], "network resnet: setting"),
        (["--set-trainer", "colour=3"], "trainer gumbel: setting"),
        (["--set-trainer", "sizes=4:2"], "board sides"),
        (["--size", "1"], "--size"),
    ],
)
def test_wrong_words_are_one_line(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, *words]) in (1, 2)
    shown = capsys.readouterr().err
    assert message in shown and "Traceback" not in shown

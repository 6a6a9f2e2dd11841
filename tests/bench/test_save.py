"""`bench save`: what it measures of a save is there, and a copy of the state would be seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tessera.bench import save as bench
from tessera.cli.bench.save import command
from tessera.training.sizing import SAMPLE_SECONDS


@pytest.fixture(autouse=True)
def one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "TURNS", 1)


def test_a_save_takes_a_tenth_more_than_the_state_at_most(tmp_path: Path) -> None:
    report = bench.compare(64, tmp_path)
    assert report.extra_mib <= 1.1 * 64
    assert report.seconds > 0 < report.torch_seconds
    assert report.ratio_low == report.ratio == report.ratio_high > 0
    assert not list(tmp_path.iterdir())


def test_a_save_that_copies_the_state_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours: Callable[..., Any] = bench.save

    def copying(*words: Any, trainer: dict[str, Any], **named: Any) -> None:
        copies = [{name: tensor.clone() for name, tensor in trainer.items()} for _ in range(2)]
        time.sleep(10 * SAMPLE_SECONDS)
        ours(*words, trainer=copies[0], **named)

    monkeypatch.setattr(bench, "save", copying)
    assert bench.compare(64, tmp_path).extra_mib > 1.1 * 64


def test_the_command(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["--mib", "2", "--folder", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "a state of 2 MiB" in done.output and "ratio" in done.output

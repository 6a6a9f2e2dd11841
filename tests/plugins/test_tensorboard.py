"""`tessera tensorboard`: what TensorBoard's own reader finds is what the run wrote down."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tessera.cli.main import main
from tessera.runs import open_run
from tessera_tensorboard.mirror import Mirror
from tests.runs.written import line, write_lines, write_run


def shown(folder: Path) -> EventAccumulator:
    found = EventAccumulator(str(folder))
    found.Reload()
    return found


def curve(folder: Path, tag: str) -> list[tuple[int, float]]:
    return [(event.step, event.value) for event in shown(folder).Scalars(tag)]


def test_every_number_of_a_run_is_there_at_its_step(tmp_path: Path) -> None:
    run = write_run(tmp_path / "runs" / "a", lines=4)
    write_lines(run / "training.jsonl", [line(n, time=f"2026-11-26T10:00:0{n}+00:00") for n in range(4)])
    assert main(["tensorboard", str(tmp_path / "runs"), "--logdir", str(tmp_path / "tb")]) == 0
    assert curve(tmp_path / "tb" / "a", "losses/total") == [
        (5 * n, pytest.approx(4.0 / (1 + n) + 0.5)) for n in range(4)
    ]
    found = shown(tmp_path / "tb" / "a")
    tags = found.Tags()["scalars"]
    assert {"health/novel", "run/games_per_hour", "evaluation/run/elo"} <= set(tags)
    assert not {"run/best", "run/steps", "run/judged"} & set(tags), "absent numbers, words and the axis are no curves"
    moments = [event.wall_time for event in found.Scalars("run/moves")]
    assert [moment - moments[0] for moment in moments] == [0, 1, 2, 3]


def test_a_run_that_goes_on_is_followed_and_one_that_was_cut_is_told_anew(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", lines=6)
    mirror = Mirror(open_run(run), tmp_path / "tb")
    assert mirror.refresh() == 6 + 2 and mirror.refresh() == 0
    write_lines(run / "training.jsonl", [line(n) for n in range(8)])
    assert mirror.refresh() == 2
    assert [step for step, _ in curve(tmp_path / "tb", "run/games")] == [5 * n for n in range(8)]
    resumed = [line(n) for n in range(3)] + [line(n, memory=7) for n in range(3, 9)]
    write_lines(run / "training.jsonl", resumed)
    mirror.refresh()
    mirror.close()
    memory = curve(tmp_path / "tb", "run/memory")
    assert [step for step, _ in memory] == [5 * n for n in range(9)]
    assert [value for _, value in memory][3:] == [7.0] * 6


def test_begun_again_it_shows_nothing_twice(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", lines=5)
    for _ in range(2):
        assert main(["tensorboard", str(run), "--logdir", str(tmp_path / "tb")]) == 0
    assert len(curve(tmp_path / "tb" / "a", "run/games")) == 5


def test_mistakes_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tensorboard", str(tmp_path / "none")]) != 0
    assert "RUNS" in capsys.readouterr().err
    twins = [str(write_run(tmp_path / folder / "a", lines=1)) for folder in ("x", "y")]
    assert main(["tensorboard", *twins, "--logdir", str(tmp_path / "tb")]) != 0
    assert "RUNS: got 'a'" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    assert main(["tensorboard", twins[0], "--logdir", str(tmp_path / "tb")]) != 0
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and "tessera-go[tensorboard]" in message

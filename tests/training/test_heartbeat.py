"""A run is alive while something in its folder changes, and time in which nobody ran is no silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tessera.training.heartbeat import MOST_SECONDS, Heartbeat


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 2.0
        return self.now


def test_silence_grows_until_something_changes(tmp_path: Path) -> None:
    (tmp_path / "training.jsonl").write_text("1\n")
    (tmp_path / "checkpoints").mkdir()
    heart = Heartbeat(tmp_path, clock=Clock())
    assert [heart.silence(), heart.silence()] == [2.0, 4.0]
    with (tmp_path / "training.jsonl").open("a") as file:
        file.write("2\n")
    assert [heart.silence(), heart.silence()] == [0.0, 2.0]
    (tmp_path / "checkpoints" / ".net.tessera-tmp").write_bytes(b"a save that grows")
    assert heart.silence() == 0.0
    (tmp_path / "checkpoints" / ".net.tessera-tmp").rename(tmp_path / "checkpoints" / "net.pth")
    (tmp_path / "training.jsonl").unlink()
    assert heart.silence() == 0.0


def test_files_of_the_supervisor_are_no_sign_of_life(tmp_path: Path) -> None:
    heart = Heartbeat(tmp_path, apart=frozenset(["supervisor.jsonl"]), clock=Clock())
    (tmp_path / "supervisor.jsonl").write_text("launched\n")
    assert heart.silence() == 2.0


def test_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    heart = Heartbeat(tmp_path / "run", clock=Clock())
    assert heart.silence() == 2.0
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.toml").write_text("")
    assert heart.silence() == 0.0


@pytest.mark.parametrize("jump", [3600.0, 1e6])
def test_a_suspended_machine_is_no_silence(jump: float, tmp_path: Path) -> None:
    clock = Clock()
    heart = Heartbeat(tmp_path, clock=clock)
    clock.now += jump
    assert heart.silence() == MOST_SECONDS

"""`tessera supervise` from the outside: its command line, and a real run that is killed again and again.

pytest -m long -s tests/cli/test_supervise.py
"""

from __future__ import annotations

import json
import os
import random
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from tessera.checkpoints import load, verify
from tessera.cli.main import App, main
from tessera.cli.supervise import OWN_PROGRAM, _commands
from tessera.plugins import build_manager

TESSERA = [sys.executable, "-c", "import sys; from tessera.cli.main import main; sys.exit(main())"]
SETTINGS = (
    "sizes=5:8",
    "simulations=4",
    "max_num_considered_actions=2",
    "batch=16",
    "warm_up=40",
    "window=500",
    "moves_per_iteration=2",
)
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
CONFIG = """
checkpoint_minutes = {minutes}
log_seconds = 0.2
evaluation_size = 5
evaluation_games = 2
threads = 1
"""


def test_what_a_restart_runs() -> None:
    line = "nice -n 10 tessera train --preset 5x5 --seed 3 --batch=auto --out run --set lr=0.1 --games 9"
    words = shlex.split(line)
    fresh, resumed, out = _commands(App(), words, False)
    start = ["nice", "-n", "10", *OWN_PROGRAM, "train"]
    assert fresh == [*start, *words[5:]] and out == Path("run")
    assert resumed == [*start, "--resume", "--out", "run", "--games", "9"]
    fresh, resumed, _ = _commands(App(), ["x", "train", "--out=run", "--resume", "--set", "lr=0.1"], True)
    assert fresh == resumed == ["x", "train", "--out=run", "--resume", "--set", "lr=0.1", "--json"]
    fresh, resumed, _ = _commands(App(), ["x", "train", "--json", "--out", "run", "--device", "cpu"], True)
    assert fresh.count("--json") == 1
    assert sorted(resumed) == sorted(["x", "train", "--resume", "--json", "--out", "run", "--device", "cpu"])


@pytest.mark.parametrize(
    "words",
    [
        ["tessera", "trian", "--out", "x"],
        ["tessera", "train"],
        ["tessera", "train", "--help"],
        ["tessera", "train", "--out"],
    ],
)
def test_commands_that_are_no_run(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["supervise", "--", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1


def command(out: Path, config: Path, *words: str) -> list[str]:
    """A supervised run of the preset 5x5's kind, small enough for a test."""
    train = ["tessera", "train", "--config", str(config), "--out", str(out), "--seed", "1", "--evaluator", "torch"]
    train += [word for setting in SETTINGS for word in ("--set", setting)]
    train += ["--set-network", "blocks=1", "--set-network", "width=8", *words]
    return [*TESSERA, "supervise", "--backoff", "0.1", "--json", "--", *train]


def launched(out: Path) -> list[dict[str, Any]]:
    """The lines of supervisor.jsonl that say a process was started."""
    path = out / "supervisor.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [row for row in rows if row["kind"] == "launched"]


def checkpoints(out: Path) -> set[str]:
    return {path.name for path in (out / "checkpoints").glob("run-*.pth")}


def kill_again_and_again(process: subprocess.Popen[str], out: Path, kills: int, seconds: float) -> int:
    """SIGKILL each life at a random moment after a checkpoint it has made; how many were killed."""
    chance, killed = random.Random(), 0
    while killed < kills and process.poll() is None:
        lives = launched(out)
        if len(lives) <= killed:
            time.sleep(0.05)
            continue
        before = checkpoints(out)
        while process.poll() is None and not checkpoints(out) - before:
            time.sleep(0.02)
        time.sleep(chance.uniform(0.0, seconds))
        try:
            os.kill(lives[-1]["pid"], signal.SIGKILL)
        except ProcessLookupError:  # it is done
            break
        killed += 1
    return killed


def weights(out: Path) -> dict[str, torch.Tensor]:
    newest = max((out / "checkpoints").glob("net-*.pth"), key=lambda path: path.name)
    return load(newest, build_manager()).module.state_dict()


def check_whole(out: Path, games: int) -> None:
    """Every line once and in order, every checkpoint whole."""
    rows = [json.loads(line) for line in (out / "training.jsonl").read_text().splitlines()]
    stands = [(row["steps"], row["moves"], row["games"]) for row in rows]
    assert stands == sorted(stands) and rows[-1]["games"] >= games
    elo = [json.loads(line)["network"] for line in (out / "elo.jsonl").read_text().splitlines()]
    assert len(elo) == len(set(elo)) == len(list((out / "checkpoints").glob("net-*.pth")))
    numbers = [json.loads(line)["number"] for line in (out / "evaluation" / "games.jsonl").read_text().splitlines()]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    for path in (out / "checkpoints").iterdir():
        assert path.suffix == ".pth", "no temporary is left"
        verify(path)


def survive(folder: Path, *, kills: int, games: int, minutes: float, seconds: float) -> list[dict[str, Any]]:
    """A run that is killed `kills` times and comes to its end, with nothing lost or doubled; its events."""
    config = folder / "run.toml"
    config.write_text(CONFIG.format(minutes=minutes))
    words = command(folder / "run", config, "--games", str(games))
    with subprocess.Popen(words, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        out, error = [], []
        try:
            killed = kill_again_and_again(process, folder / "run", kills, seconds)
            out, error = process.communicate(timeout=600)
        finally:
            process.terminate()
    assert process.returncode == 0, error
    assert killed == kills, "it was done before the last kill: more games are needed"
    check_whole(folder / "run", games)
    events = [json.loads(line) for line in (folder / "run" / "supervisor.jsonl").read_text().splitlines()]
    assert [event["text"] for event in events if event["kind"] == "crashed"] == ["SIGKILL"] * kills
    assert events[-1]["kind"] == "finished"
    kinds = [json.loads(line)["kind"] for line in out.splitlines() if line.startswith("{")]
    assert kinds.count("crashed") == kinds.count("restarting") == kills and "evaluation" in kinds
    return events


@pytest.mark.timeout(300)
def test_a_run_that_is_killed_twice_loses_nothing(tmp_path: Path) -> None:
    survive(tmp_path, kills=2, games=24, minutes=0.015, seconds=0.2)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_run_that_is_killed_ten_times_ends_with_the_weights_of_one_that_is_not(tmp_path: Path) -> None:
    events = survive(tmp_path, kills=10, games=600, minutes=0.05, seconds=3.0)
    whole = command(tmp_path / "whole", tmp_path / "run.toml", "--games", "600")
    subprocess.run(whole, env=ENVIRONMENT, check=True, capture_output=True)
    mine, theirs = weights(tmp_path / "run"), weights(tmp_path / "whole")
    assert all(torch.equal(mine[name], theirs[name]) for name in theirs)
    print(f"10 kills, resumed from {[Path(e['checkpoint'] or '-').name for e in events if e['kind'] == 'launched']}")


@pytest.mark.timeout(200)
def test_ctrl_c_ends_the_run_with_a_checkpoint(tmp_path: Path) -> None:
    config = tmp_path / "run.toml"
    config.write_text(CONFIG.format(minutes=60))
    out = tmp_path / "run"
    with subprocess.Popen(command(out, config), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not (out / "training.jsonl").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    assert "stopped by a signal" in error and "SIGINT is passed on" in error
    rows = [json.loads(line) for line in (out / "supervisor.jsonl").read_text().splitlines()]
    assert [row["kind"] for row in rows] == ["launched", "signal", "stopped"]
    games = json.loads((out / "training.jsonl").read_text().splitlines()[-1])["games"]
    newest = max((out / "checkpoints").glob("run-*.pth"), key=lambda path: path.name)
    assert verify(newest).meta.games >= games, "what it had played is in a checkpoint"

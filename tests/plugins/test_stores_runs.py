"""A run that is copied to a store goes on elsewhere: on a real S3 server, killed with SIGKILL, connections cut."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tessera.checkpoints import verify
from tessera.plugins import build_manager
from tessera.runs import open_run
from tessera.training.assembly import fetch
from tessera.training.folder import RunFolder
from tessera_stores.store import RemoteStore
from tests.plugins.s3_server import Cutter, cutter, s3

__all__ = ["cutter", "s3"]
URL = "s3://games/runs/a"
CONFIG = """
network = "resnet"
trainer = "policy-gradient"
evaluator = "torch"
games = {games}
checkpoint_minutes = 0.01
log_seconds = 0.2
evaluation_size = 4
evaluation_games = 2
tile_games = 50
[network_settings]
blocks = 1
width = 8
[trainer_settings]
sizes = {{ 4 = 8 }}
batch = 16
"""


def train(out: Path, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tessera", "train", "--out", str(out), "--store", URL, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ})


def config(tmp_path: Path, games: int) -> str:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(games=games))
    return str(path)


def copied() -> list[str]:
    return [url.rsplit("/", 1)[-1] for url in RemoteStore("s3").list(f"{URL}/checkpoints")]


def test_a_killed_run_goes_on_elsewhere(cutter: Cutter, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    first = train(here, "--config", config(tmp_path, 100_000))
    deadline = time.monotonic() + 100
    while len([name for name in copied() if name.startswith("run-")]) < 2:
        assert first.poll() is None and time.monotonic() < deadline, first.communicate()
        time.sleep(0.1)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    newest = max(name for name in copied() if name.startswith("run-"))
    second = train(there, "--resume", "--games", "1")  # enough: it ends at once, with all that was fetched
    out, errors = second.communicate(timeout=100)
    assert second.returncode == 0, errors
    assert f"resuming from {there / 'checkpoints' / newest}".encode() in errors
    assert out.splitlines()[-1].strip() == f"copying to {URL}".encode()
    step = newest.removeprefix("run-")
    elo = [json.loads(line) for line in (there / "elo.jsonl").read_text().splitlines()]
    assert elo == [json.loads(line) for line in (here / "elo.jsonl").read_text().splitlines()][: len(elo)]
    assert elo and verify(there / "checkpoints" / newest).meta.step == int(step.removesuffix(".pth"))
    assert open_run(there).checkpoints()


def test_a_copy_follows_the_run_through_cuts(cutter: Cutter, tmp_path: Path) -> None:
    cutter.cuts, cutter.after = 3, 20_000
    done = train(tmp_path / "run", "--config", config(tmp_path, 200))
    _, errors = done.communicate(timeout=100)
    assert done.returncode == 0, errors
    assert cutter.cuts == 0
    folder = RunFolder(tmp_path / "run")
    here = {path.name for path in folder.checkpoints.glob("*.pth")}
    assert {name for name in here if name.startswith("net-")} == {name for name in copied() if name.startswith("net-")}
    assert max(here) in copied() and len([name for name in copied() if name.startswith("run-")]) <= 2
    fetch(build_manager(), URL, RunFolder(tmp_path / "copy"))
    for name in ("training.jsonl", "elo.jsonl", "config.toml"):
        assert (tmp_path / "copy" / name).read_bytes() == (tmp_path / "run" / name).read_bytes()
    assert "an address without a run" in refused(train(tmp_path / "other", "--config", config(tmp_path, 10)))
    (tmp_path / "run" / "checkpoints" / max(here)).unlink()
    assert "name a new folder with --out" in refused(train(tmp_path / "run", "--resume"))


def test_a_store_that_cannot_be_reached_does_not_end_the_run(cutter: Cutter, tmp_path: Path) -> None:
    cutter.cuts, cutter.after = 10**6, 30_000
    done = train(tmp_path / "run", "--config", config(tmp_path, 60))
    _, errors = done.communicate(timeout=100)
    assert done.returncode == 1
    last = errors.decode().strip().splitlines()[-1]
    assert f"{URL}: not up to date: " in last and "--resume tries again" in last
    assert RunFolder(tmp_path / "run").newest_whole() is not None


def test_addresses_that_cannot_be(tmp_path: Path) -> None:
    for url, words in (
        ("runs/copy", "allowed: a URL such as s3://bucket/runs/a"),
        ("nowhere://a/b", "nowhere"),
    ):
        command = [sys.executable, "-m", "tessera", "train", "--out", str(tmp_path / "run"), "--store", url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1


def refused(process: subprocess.Popen[bytes]) -> str:
    """The line of a command that was refused."""
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2 and errors.count(b"\n") == 1, errors
    return errors.decode()

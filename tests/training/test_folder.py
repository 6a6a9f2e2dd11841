"""The folder of a run belongs to one run at a time, survives a kill at any moment, and tells what was changed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tessera.errors import TesseraError
from tessera.plugins import build_manager
from tessera.training.assembly import begin, resume
from tessera.training.config import RunConfig
from tessera.training.folder import RunFolder
from tests.training.test_exact import CONFIG, SETTINGS
from tests.training.test_run import Clock, Counter, config, run_in

TINY = replace(CONFIG, trainer_settings={**SETTINGS, "window": 500}, games=2)

HOLDER = """
import sys, time
from pathlib import Path
from tessera.training.config import RunConfig
from tessera.training.folder import RunFolder
folder = RunFolder(Path(sys.argv[1]))
folder.create(RunConfig())
print("here", flush=True)
time.sleep(600)
"""


def test_a_second_run_is_refused_and_told_who_trains_there(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None and other.stdout.readline() == "here\n"
        folder = RunFolder(tmp_path)
        for attempt in (folder.lock, folder.refuse_run, lambda: folder.create(TINY)):
            with pytest.raises(
                TesseraError, match=rf"process {other.pid} on \S+ \(since \d+-\d+-\d+T.*Z\) trains here"
            ):
                attempt()
        with pytest.raises(TesseraError, match=f"process {other.pid}"):
            resume(build_manager(), RunFolder(tmp_path))
        assert folder.config() == RunConfig(), "nothing was written over"
    finally:
        other.kill()
        other.communicate()
    folder.lock()
    assert json.loads((tmp_path / "holder.json").read_text())["pid"] == os.getpid()
    folder.unlock()
    assert not (tmp_path / "holder.json").exists()


def test_a_run_holds_its_folder_to_its_end_and_no_longer(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "run"

    def intrude() -> None:
        with pytest.raises(TesseraError, match="trains here"):
            RunFolder(path).lock()

    trainer = Counter(clock, {1: intrude, 3: intrude})
    run_in(path, trainer, clock, config(games=6), []).go(threading.Event())
    assert trainer.steps == 3
    RunFolder(path).lock()


def test_settings_changed_at_a_resume_are_in_the_config_and_dated(tmp_path: Path) -> None:
    manager, path = build_manager(), tmp_path / "run"
    begin(manager, TINY, RunFolder(path)).go(threading.Event())
    resume(manager, RunFolder(path)).go(threading.Event())
    wanted = RunFolder(path).config()
    wanted = replace(wanted, games=4, trainer_settings={**wanted.trainer_settings, "simulations": 3})
    resume(manager, RunFolder(path), config=wanted).go(threading.Event())
    assert RunFolder(path).config() == wanted
    rows = [json.loads(line) for line in (path / "config-history.jsonl").read_text().splitlines()]
    assert [row["event"] for row in rows] == ["begun", "resumed"], "a resume that changes nothing is no news"
    assert rows[1]["changed"] == {"games": [2, 4], "trainer_settings.simulations": [4, 3]}


def test_every_line_has_its_time_beside_the_seconds_of_training(tmp_path: Path) -> None:
    begin(build_manager(), replace(TINY, tile_games=1), RunFolder(tmp_path / "run")).go(threading.Event())
    for name in ("training.jsonl", "elo.jsonl", "elo_tiles.jsonl"):
        rows = [json.loads(line) for line in (tmp_path / "run" / name).read_text().splitlines()]
        assert rows and all(row["seconds"] >= 0 for row in rows)
        for row in rows:
            time.strptime(row["time"], "%Y-%m-%dT%H:%M:%SZ")


KILLED = """
import os, signal, sys, threading
from pathlib import Path
sys.path.insert(0, {root!r})
from tessera.plugins import build_manager
from tessera.training.assembly import begin, resume
from tessera.training.folder import RunFolder
from tests.training.test_folder import TINY

path, last = Path(sys.argv[1]), int(sys.argv[2])
calls = ("open", "write", "fsync", "replace", "mkdir", "truncate")
made = 0

def counted(real):
    def call(*arguments, **keywords):
        global made
        made += 1
        if made == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **keywords)
    return call

manager = build_manager()
for name in calls:
    setattr(os, name, counted(getattr(os, name)))
try:
    run = resume(manager, RunFolder(path)) if (path / "config.toml").exists() else begin(manager, TINY, RunFolder(path))
    run.go(threading.Event())
finally:
    print(made, flush=True)
"""


@pytest.mark.long
def test_killed_before_every_system_call_it_can_be_resumed_or_begun_again(tmp_path: Path) -> None:
    """One SIGKILL after the other on the way from an empty folder to the end of a short run."""
    code = KILLED.format(root=str(Path(__file__).resolve().parents[2]))
    at, ended = 1, False
    while not ended:
        path = tmp_path / str(at)
        first = subprocess.run([sys.executable, "-c", code, str(path), str(at)], capture_output=True, text=True)
        ended = first.returncode == 0
        assert ended or first.returncode == -signal.SIGKILL, first.stderr
        again = subprocess.run([sys.executable, "-c", code, str(path), "0"], capture_output=True, text=True)
        assert again.returncode == 0, (at, again.stderr[-500:])
        assert not list(path.rglob("*.tessera-tmp")), at
        at += 1 + at // 8
    assert at > 60


@pytest.mark.parametrize("at", [2, 9, 23, 34])
def test_killed_before_its_first_checkpoint_it_begins_anew(at: int, tmp_path: Path) -> None:
    code = KILLED.format(root=str(Path(__file__).resolve().parents[2]))
    first = subprocess.run([sys.executable, "-c", code, str(tmp_path / "run"), str(at)], capture_output=True, text=True)
    assert first.returncode == -signal.SIGKILL
    told: list[str] = []
    folder, manager = RunFolder(tmp_path / "run"), build_manager()
    if (folder.path / "config.toml").exists():
        run = resume(manager, folder, tell=told.append)
        assert "nothing was saved yet: the run begins anew" in told
    else:
        run = begin(manager, TINY, folder)
    assert run.go(threading.Event()).endswith("games are played")
    assert not list(tmp_path.rglob("*.tessera-tmp"))

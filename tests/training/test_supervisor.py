"""Crashes, hangs, damage and signals, with a child that follows a script and that `tessera` never sees."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tessera.checkpoints import Meta
from tessera.errors import BadValue, CheckpointError, TesseraError
from tessera.plugins import build_manager
from tessera.training import deaths, supervisor
from tessera.training.config import RunConfig
from tessera.training.folder import GROWING, RunFolder
from tessera.training.supervisor import Patience, Supervisor
from tessera_resnet.settings import ResNetSettings

SHAPE: dict[str, Any] = {"blocks": 1, "width": 8, "pool_every": 0}
CHILD = """
import os, shutil, signal, sys, time
from pathlib import Path

store, folder, script = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
lives = folder / "lives"
number = lives.read_text().count("x") if lives.exists() else 0
lives.open("a").write("x")
with (folder / "words").open("a") as file:
    file.write(" ".join(sys.argv[4:]) + "\\n")
for word in script.read_text().splitlines()[number].split():
    name, _, value = word.partition("=")
    if name == "save":
        (folder / "checkpoints").mkdir(exist_ok=True)
        shutil.copy(store / f"run-{int(value):08d}.pth", folder / "checkpoints")
    elif name == "exit":
        sys.exit(int(value))
    elif name == "kill":
        os.kill(os.getpid(), int(value))
    elif name == "sleep":
        time.sleep(float(value))
    elif name == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    elif name == "polite":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    elif name == "beat":
        for _ in range(int(value)):
            (folder / "training.jsonl").open("a").write("x")
            time.sleep(0.1)
"""


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real checkpoints of five steps."""
    folder = RunFolder(tmp_path_factory.mktemp("store"))
    module = build_manager().networks["resnet"].build(ResNetSettings(**SHAPE))
    config = RunConfig(network_settings=SHAPE, keep=9)
    for step in range(1, 6):
        folder.checkpoints.mkdir(exist_ok=True)
        folder.save_run(module, config, Meta(sizes=(5,), step=step, moves=10 * step), {"steps": step})
    return folder.checkpoints


class Place:
    """A supervisor over a script; a line of the script is what the child does in one life."""

    def __init__(self, folder: Path, store: Path) -> None:
        self.out, self._store, self._parent = folder / "run", store, folder
        self.events: list[tuple[str, Mapping[str, Any]]] = []

    def supervisor(self, *lives: str, **patience: Any) -> Supervisor:
        (self._parent / "script").write_text("".join(life + "\n" for life in lives))
        (self._parent / "child.py").write_text(CHILD)
        start = [sys.executable, str(self._parent / "child.py"), str(self._store), str(self.out)]
        start.append(str(self._parent / "script"))
        wanted = Patience(**{"backoff_seconds": 0.01, "grace_seconds": 0.5, "hang_seconds": 0.0, **patience})
        emit = lambda kind, data: self.events.append((kind, data))  # noqa: E731
        return Supervisor([*start, "fresh"], [*start, "resumed"], RunFolder(self.out), wanted, emit)

    def run(self, *lives: str, **patience: Any) -> int:
        return self.supervisor(*lives, **patience).run()

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.events]

    @property
    def words(self) -> list[str]:
        return (self.out / "words").read_text().split()

    def event(self, kind: str) -> Mapping[str, Any]:
        return next(data for each, data in self.events if each == kind)


@pytest.fixture
def place(tmp_path: Path, store: Path) -> Place:
    return Place(tmp_path, store)


def test_a_run_that_ends_well(place: Place) -> None:
    assert place.run("save=1 exit=0") == 0
    assert place.kinds == ["launched", "finished"] and place.words == ["fresh"]
    lines = [json.loads(line) for line in (place.out / "supervisor.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines] == place.kinds
    for line in lines:
        time.strptime(line["time"], "%Y-%m-%dT%H:%M:%SZ")
        told = place.event(line["kind"])
        assert {**line, "folder": str(place.out)} == told


def test_killed_and_crashed_it_goes_on_from_its_newest_checkpoint(place: Place) -> None:
    assert place.run("kill=9", "save=1 kill=9", "save=2 exit=1", "save=3 kill=11", "exit=0", failures=2) == 0
    assert place.words == ["fresh", "fresh", "resumed", "resumed", "resumed"]
    crashes = [data["text"] for kind, data in place.events if kind == "crashed"]
    assert crashes == ["SIGKILL", "SIGKILL", "exit code 1", "SIGSEGV"]
    started = [data["checkpoint"] for kind, data in place.events if kind == "launched"]
    assert [each and Path(each).name for each in started] == [
        None,
        None,
        "run-00000001.pth",
        "run-00000002.pth",
        "run-00000003.pth",
    ]


def test_a_folder_that_has_a_run_is_resumed_at_once(place: Place, store: Path) -> None:
    assert place.run("save=1 exit=0") == 0
    assert place.run("x", "exit=0") == 0
    assert place.words == ["fresh", "resumed"]


def test_it_gives_up_after_failures_without_a_newer_checkpoint(place: Place) -> None:
    lives = ["save=2 exit=1", "exit=1", "save=3 exit=1", "save=1 exit=1", "save=3 kill=9", "exit=0"]
    assert place.run(*lives, failures=3, backoff_seconds=0.01, longest_seconds=0.015) == 1
    rows = [(data["failures"], data["delay_seconds"]) for kind, data in place.events if kind == "restarting"]
    assert rows == [(1, 0.01), (2, 0.015), (1, 0.01), (2, 0.015)], (
        "step 3 was progress; an older one and itself are not"
    )
    assert place.kinds[-1] == "gave_up" and "3 failures in a row" in place.event("gave_up")["text"]


@pytest.mark.parametrize("code", [2, 3])
def test_what_would_end_the_same_way_is_not_tried_again(code: int, place: Place) -> None:
    assert place.run(f"save=1 exit={code}", "exit=0") == code
    assert place.kinds == ["launched", "gave_up"]


def test_a_damaged_checkpoint_is_passed_over(place: Place) -> None:
    assert place.run("save=1 save=2 exit=0") == 0
    newest = place.out / "checkpoints" / "run-00000002.pth"
    data = bytearray(newest.read_bytes())
    data[len(data) // 2] ^= 1
    newest.write_bytes(data)
    assert place.run("x", "save=3 exit=0") == 0
    assert "run-00000002.pth" in place.event("damaged")["text"]
    assert place.events[-2][1]["checkpoint"].endswith("run-00000001.pth") and place.words[-1] == "resumed"


def test_damaged_ones_alone_are_never_begun_over(place: Place) -> None:
    assert place.run("save=1 exit=0") == 0
    (place.out / "checkpoints" / "run-00000001.pth").write_bytes(b"torn")
    with pytest.raises(CheckpointError, match="every checkpoint to resume from is damaged"):
        place.run("x", "exit=0")
    assert place.words == ["fresh"] and place.kinds[-1] == "gave_up"


def test_a_run_that_hangs_is_killed_and_started_again(place: Place) -> None:
    assert place.run("save=1 deaf beat=5 sleep=60", "exit=0", hang_seconds=1.0) == 0
    hung = place.event("hung")
    assert hung["killed"] and hung["silent_seconds"] >= 1.0 and hung["memory"] > 1e6
    assert place.words == ["fresh", "resumed"] and "crashed" not in place.kinds


def test_a_slow_run_that_ends_in_order_is_not_killed(place: Place) -> None:
    assert place.run("save=1 polite sleep=60", "exit=0", hang_seconds=1.0, grace_seconds=30.0) == 0
    assert not place.event("hung")["killed"] and place.words == ["fresh", "resumed"]


def test_a_run_that_beats_is_left_alone(place: Place) -> None:
    assert place.run("beat=40 exit=0", hang_seconds=2.0) == 0
    assert place.kinds == ["launched", "finished"]


def test_out_of_memory_is_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = iter([4, 5, 5, 5])
    monkeypatch.setattr(supervisor, "out_of_memory_kills", lambda: next(counts))
    assert place.run("save=1 kill=9", "kill=9", failures=2) == 1
    crashes = [(data["text"], data["out_of_memory"]) for kind, data in place.events if kind == "crashed"]
    assert crashes == [("out of memory, killed by the kernel", True), ("SIGKILL", False)]
    assert deaths.out_of_memory_kills() >= 0


def signalled(place: Place, number: signal.Signals, *lives: str, wait_for: str, **patience: Any) -> int:
    """The exit code of a supervisor whose own process gets a signal as soon as the child has written `wait_for`."""

    def send() -> None:
        deadline = time.monotonic() + 60
        while not (place.out / wait_for).exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.5)
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=send)
    thread.start()
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)  # nohup started the tests
    before = signal.getsignal(number)
    code = place.run(*lives, **patience)
    thread.join()
    assert signal.getsignal(number) is before
    return code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_passed_on_and_nothing_is_started_again(number: signal.Signals, place: Place) -> None:
    assert signalled(place, number, "polite save=1 sleep=600", "exit=0", wait_for="checkpoints") == 0
    assert place.kinds == ["launched", "stopped"] or place.kinds == ["launched", "signal", "stopped"]
    assert place.words == ["fresh"]


def test_a_signal_ends_the_pause_before_a_restart(place: Place) -> None:
    began = time.monotonic()
    assert signalled(place, signal.SIGTERM, "exit=1", "exit=0", wait_for="words", backoff_seconds=600.0) == 0
    assert time.monotonic() - began < 300 and place.kinds[-2:] == ["restarting", "stopped"]


def test_a_listener_that_fails_leaves_no_run_behind(place: Place) -> None:
    watched = place.supervisor("deaf sleep=60")

    def emit(kind: str, data: Mapping[str, Any]) -> None:
        place.events.append((kind, data))
        raise BrokenPipeError

    watched._emit = emit
    with pytest.raises(BrokenPipeError):
        watched.run()
    assert supervisor._born(place.event("launched")["pid"]) is None


def test_one_supervisor_for_each_folder(place: Place) -> None:
    refused: list[str] = []

    def second() -> None:
        while not (place.out / "words").exists():
            time.sleep(0.02)
        try:
            Place(place.out.parent, place._store).supervisor("beat=20 exit=0").run()
        except TesseraError as error:
            refused.append(str(error))

    thread = threading.Thread(target=second)
    thread.start()
    assert place.run("beat=20 exit=0") == 0
    thread.join()
    assert refused == [f"{place.out}: another supervisor looks after this run"]


def test_a_run_that_has_survived_its_supervisor(place: Place) -> None:
    survivor = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        place.out.mkdir()
        born = supervisor._born(survivor.pid)
        row = {"kind": "launched", "pid": survivor.pid, "born": born}
        (place.out / "supervisor.jsonl").write_text(json.dumps(row) + "\n" + '{"kind": "torn')
        with pytest.raises(TesseraError, match=f"process {survivor.pid} of an earlier supervisor still trains"):
            place.run("exit=0")
    finally:
        survivor.kill()
        survivor.wait()
    assert place.run("exit=0") == 0, "gone, or another process of the same number"


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    words = [str(tmp_path / "gone"), "train"]
    watched = Supervisor(words, words, RunFolder(tmp_path / "run"), Patience(), lambda kind, data: None)
    with pytest.raises(BadValue, match=r"COMMAND: got .*gone"):
        watched.run()


def test_a_full_disk_does_not_end_the_supervisor(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, row: Mapping[str, Any]) -> None:
        raise supervisor.RunFileError("no space left")

    monkeypatch.setattr(supervisor, "append_line", full)
    assert place.run("save=1 exit=1", "exit=0") == 0
    assert place.kinds == ["launched", "crashed", "restarting", "launched", "finished"]


def test_backoff_doubles_up_to_its_limit() -> None:
    patience = Patience(backoff_seconds=5.0, longest_seconds=60.0)
    assert [patience.delay(n) for n in (1, 2, 3, 4, 5, 1000)] == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]


def test_what_a_run_left_that_died_before_its_first_checkpoint_is_not_doubled(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.create(RunConfig())
    for name in GROWING:
        (folder.path / name).parent.mkdir(exist_ok=True)
        (folder.path / name).write_text('{"of": "the life before"}\n')
    folder.create(RunConfig())
    assert set(folder.lengths().values()) == {0}

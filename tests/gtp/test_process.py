"""`tessera-gtp` and `tessera analysis` as processes: speed of the first answer, signals, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

GTP = [sys.executable, "-c", "import sys; from tessera.cli.gtp import main; sys.exit(main())"]
ANALYSIS = [sys.executable, "-c", "import sys; from tessera.cli.main import main; sys.exit(main())", "analysis"]
RANDOM = ["--player", "random"]


def run(command: list[str], data: bytes, **keywords: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, input=data, capture_output=True, timeout=60, **keywords)  # type: ignore[call-overload]


def start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)


def ask(engine: subprocess.Popen[bytes], text: str) -> bytes:
    """The first line of the answer."""
    assert engine.stdin and engine.stdout
    engine.stdin.write(text.encode() + b"\n")
    line = engine.stdout.readline()
    if b"analyze" not in text.encode():
        while engine.stdout.readline() != b"\n":
            pass
    return line


def test_the_first_answer_comes_at_once() -> None:
    def seconds() -> float:
        begun = time.perf_counter()
        engine = start([*GTP, *RANDOM])
        assert ask(engine, "protocol_version") == b"= 2\n"
        passed = time.perf_counter() - begun
        engine.communicate(b"quit\n", timeout=20)
        return passed

    assert min(seconds() for _ in range(5)) < 0.3


def test_the_first_answer_needs_nothing_heavy() -> None:
    code = (
        "import sys; import tessera.cli.gtp;"
        "print([name for name in ('torch', 'numba', 'numpy', 'pluggy', 'rich') if name in sys.modules])"
    )
    assert run([sys.executable, "-c", code], b"").stdout == b"[]\n"


def test_a_plain_pipe_is_answered_to_its_end() -> None:
    done = run([*GTP, *RANDOM], b"boardsize 5\ngenmove b\nkata-analyze w 10\nfinal_score")
    answers = done.stdout.decode().split("\n\n")
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(answers) == 5
    assert answers[1].startswith("= ")
    assert answers[3].startswith("= ")


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--ckpt", "nope.pth"], 1, "tessera-gtp: nope.pth: no such file"),
        (["--ckpt", "/etc/hostname"], 1, "tessera-gtp: /etc/hostname"),
        (["--visits", "0"], 2, "tessera-gtp: visits: got 0"),
        (["--time", "-1"], 2, "tessera-gtp: seconds: got -1"),
        (["--level", "11"], 2, "tessera-gtp: level: got 11"),
        (["--level", "3", "--visits", "5"], 2, "tessera-gtp: level: got 3"),
        (["--resign", "maybe"], 2, "neither a win rate nor off"),
        (["--sgf-dir", "/no/such"], 2, "does not exist"),
        (["--nonsense"], 2, "No such option"),
    ],
)
def test_wrong_options(options: list[str], code: int, words: str, tmp_path: Path) -> None:
    done = run([*GTP, *options], b"name\n", cwd=tmp_path)
    assert done.returncode == code
    assert words in done.stderr.decode()
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr
    if code == 1:
        assert str(tmp_path) in done.stderr.decode() or options[1].startswith("/")
        assert done.stderr.count(b"\n") == 1


def test_a_player_nobody_offers_is_one_line_and_a_failed_move() -> None:
    done = run([*GTP, "--player", "genius"], b"boardsize 5\n1 genmove b\n2 genmove w\n3 name\n")
    lines = done.stdout.decode().split("\n\n")
    assert lines[1].startswith("?1 player: got 'genius'")
    assert lines[2] == lines[1].replace("?1", "?2")
    assert lines[3] == "=3 Tessera"
    assert done.stderr.count(b"\n") == 1
    assert done.stderr.startswith(b"tessera-gtp: player: got 'genius'")


SLOW_PLUGIN = """
from tessera.hookspecs import hookimpl
from tessera.interfaces.player import PlayerSpec

@hookimpl
def tessera_register_players(register):
    def build(context):
        from tests.gtp.fakes import FakePlayer
        print("a library that prints")
        return FakePlayer(slow=True)
    register(PlayerSpec("sleepy", "thinks until it is stopped", {}, build))
"""


@pytest.fixture
def sleepy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A command whose player, from a plugin, thinks until it is stopped."""
    (tmp_path / "t_sleepy.py").write_text(SLOW_PLUGIN)
    info = tmp_path / "sleepy-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sleepy\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tessera]\nsleepy = t_sleepy\n")
    root = Path(__file__).parents[2]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path), str(root))))
    return [*GTP, "--player", "sleepy", "--time", "1000"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("doing", ["idle", "thinking", "analyzing"])
def test_signals_end_the_process(sleepy: list[str], number: signal.Signals, doing: str) -> None:
    engine = start(sleepy)
    assert engine.stdin and engine.stdout and engine.stderr
    ask(engine, "boardsize 5")
    if doing != "idle":
        ask(engine, "lz-analyze b 1")
        assert engine.stdout.readline().startswith(b"info")
    if doing == "thinking":
        engine.stdin.write(b"genmove b\n")
        while engine.stdout.readline() != b"\n":
            pass
        time.sleep(0.1)
    begun = time.monotonic()
    engine.send_signal(number)
    _, errors = engine.communicate(timeout=10)
    assert time.monotonic() - begun < 1.0
    assert engine.returncode == -number
    assert b"Traceback" not in errors


def test_what_libraries_print_never_reaches_the_controller(sleepy: list[str]) -> None:
    done = run(sleepy, b"boardsize 5\ngenmove b\n# interrupt\nname\n")
    assert done.stdout == b"= \n\n= A5\n\n= Tessera\n\n"
    assert b"a library that prints" in done.stderr


def test_a_signal_while_the_main_thread_is_in_foreign_code() -> None:
    """No bytecode runs, so no handler does: the watching thread ends the process."""
    code = (
        "import ctypes\nfrom tessera.gtp import signals\nsignals.install(lambda: None)\n"
        "print('stuck', flush=True)\n"
        "mutex = ctypes.create_string_buffer(64)\n"
        "lock = ctypes.CDLL(None).pthread_mutex_lock\nlock(mutex)\nlock(mutex)  # for ever\n"
    )
    engine = start([sys.executable, "-c", code])
    assert engine.stdout
    assert engine.stdout.readline() == b"stuck\n"
    time.sleep(0.3)
    begun = time.monotonic()
    engine.send_signal(signal.SIGTERM)
    engine.communicate(timeout=10)
    assert time.monotonic() - begun < 1.5
    assert engine.returncode == 143


def test_a_vanished_controller_ends_the_engine() -> None:
    engine = start([*GTP, *RANDOM])
    assert engine.stdin and engine.stdout and engine.stderr
    ask(engine, "name")
    engine.stdout.close()
    engine.stdin.write(b"name\n")
    assert engine.wait(10) == 1
    assert engine.stderr.read() == b""


def test_quit_does_not_wait_for_the_network() -> None:
    begun = time.monotonic()
    engine = start(GTP)
    ask(engine, "name")
    time.sleep(0.3)  # torch is being imported now
    engine.communicate(b"quit\n", timeout=20)
    assert engine.returncode == 0
    assert time.monotonic() - begun < 2.0


def test_analysis_from_a_pipe() -> None:
    query = {"id": "a", "moves": [["B", "C3"]], "rules": "chinese", "boardXSize": 5, "boardYSize": 5, "maxVisits": 4}
    done = run([*ANALYSIS, *RANDOM], json.dumps(query).encode() + b'\n{"id":"v","action":"query_version"}\nrubbish\n')
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(answer.get("id", "") for answer in answers) == ["", "a", "v"]
    assert answers[-1]["moveInfos"]


def test_analysis_of_a_bad_checkpoint() -> None:
    done = run([*ANALYSIS, "--ckpt", "nope.pth"], b"")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"tessera: nope.pth: no such file")

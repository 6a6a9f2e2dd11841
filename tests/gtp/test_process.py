"""`tessera-gtp` and `tessera analysis` as processes: speed of the first answer, signals, exit codes."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tessera.checkpoints import read_manifest, shipped_path

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
    """In units of what click alone takes on this machine; from start to exit, so it bounds the answer."""

    def seconds(command: list[str], data: bytes, answer: bytes) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert run(command, data).stdout == answer
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    click = min(seconds([sys.executable, "-c", "import click"], b"", b"") for _ in range(3))
    first = [*GTP, "--seed", "1"], b"protocol_version\nquit\n", b"= 2\n\n= \n\n"
    assert min(seconds(*first) for _ in range(3)) < 10 * click


def test_the_first_answer_needs_nothing_heavy() -> None:
    code = (
        "import sys; import tessera.cli.gtp;"
        "print([name for name in ('torch', 'numba', 'numpy', 'pluggy', 'rich') if name in sys.modules])"
    )
    assert run([sys.executable, "-c", code], b"").stdout == b"[]\n"


def test_games_differ_unless_a_seed_is_given() -> None:
    """The seed that was drawn can be asked for, and given to play the same moves again."""

    def game(*options: str) -> tuple[str, str]:
        words = b"boardsize 9\nget_random_seed\ngenmove b\ngenmove w\ngenmove b\n"
        answers = run([*GTP, *RANDOM, *options], words).stdout.decode().split("\n\n")
        return answers[1].removeprefix("= "), " ".join(answers[2:])

    (one, first), (two, second) = game(), game()
    assert one != two and first != second
    assert game("--seed", one) == (one, first)


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
        (["--level", "3", "--visits", "5"], 2, "tessera-gtp: level: got 3, allowed: one of --level and --visits"),
        (["--level", "3", "--player", "random"], 2, "tessera-gtp: level: got 3, allowed: one of --level and --player"),
        (["--level", "3", "--set", "temperature=1"], 2, "level: got 3, allowed: one of --level and --set"),
        (["--rank", "9d"], 2, "tessera-gtp: rank: got '9d', allowed: 21k to"),
        (["--rank", "10k", "--elo", "900"], 2, "tessera-gtp: rank: got '10k', allowed: one of rank and elo"),
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


@pytest.mark.parametrize("program", [GTP, ANALYSIS], ids=["gtp", "analysis"])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--player", "genius"], "player: got 'genius'"),
        (["--evaluator", "abacus"], "evaluator: got 'abacus'"),
        (["--device", "tpu"], "--device: got 'tpu', allowed: auto, cpu, cuda"),
        (["--set", "colour=red"], "player search: setting: got 'colour'"),
        (["--set", "leaves=0"], "player search: leaves: got 0, allowed: a whole number, 1 to 256"),
        (["--seed", "-4"], "'--seed': -4"),
    ],
)
def test_who_plays_is_checked_before_the_first_answer(program: list[str], options: list[str], words: str) -> None:
    done = run([*program, *options], b"name\n")
    assert done.returncode == 2
    assert done.stdout == b""
    assert words in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def damaged(folder: Path) -> str:
    """A checkpoint whose manifest is fine and whose tensors are not: only loading it can tell."""
    data = bytearray(shipped_path().read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "damaged.pth").write_bytes(data)
    return str(folder / "damaged.pth")


def test_a_player_that_cannot_be_loaded_ends_an_idle_engine(tmp_path: Path) -> None:
    engine = start([*GTP, "--ckpt", damaged(tmp_path)])
    assert ask(engine, "name") == b"= Tessera\n"
    assert engine.stdin and engine.stdout and engine.stderr
    assert engine.stdout.read() == b"", "the end of its output tells a controller, whose side of the pipe stays open"
    errors = engine.stderr.read().decode()
    assert engine.wait(timeout=20) == 1
    assert errors.startswith("tessera-gtp: ")
    assert errors.count("\n") == 1
    assert "damaged.pth" in errors
    engine.stdin.close()


def test_a_command_that_waits_for_such_a_player_gets_the_reason(tmp_path: Path) -> None:
    done = run([*GTP, "--ckpt", damaged(tmp_path)], b"1 genmove b\n2 genmove w\n3 name\n")
    first, second, third = done.stdout.decode().split("\n\n")[:3]
    assert first.startswith("?1 ")
    assert "damaged.pth" in first
    assert second == first.replace("?1", "?2")
    assert third == "=3 Tessera"
    assert done.stderr.decode().count("\n") == 1
    assert done.returncode == 1


@pytest.mark.parametrize("program", [GTP, ANALYSIS], ids=["gtp", "analysis"])
def test_a_checkpoint_whose_plugin_is_gone(program: list[str]) -> None:
    network = read_manifest(shipped_path()).network
    done = run(program, b"name\n", env={**os.environ, "TESSERA_DISABLE_PLUGINS": network})
    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1
    assert f"network: got {network!r}" in done.stderr.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(("program", "line"), [(GTP, b"name\n"), (ANALYSIS, b"{}\n")], ids=["gtp", "analysis"])
def test_a_full_disk_behind_stdout(program: list[str], line: bytes) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*program, *RANDOM], input=line, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == 1
    assert done.stderr.decode().endswith("stdout: No space left on device\n")
    assert done.stderr.count(b"\n") == 1


SLOW_PLUGIN = """
from tessera.hookspecs import hookimpl
from tessera.interfaces.player import PlayerSpec
from tessera.settings import NoSettings

@hookimpl
def tessera_register_players(register):
    def build(context, settings):
        from tests.gtp.fakes import FakePlayer
        print("a library that prints")
        return FakePlayer(slow=True)
    register(PlayerSpec("sleepy", "thinks until it is stopped", NoSettings, build))
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

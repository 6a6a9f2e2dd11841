"""The controller's side against engines that hang, crash, flood, lie and will not leave."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tessera.errors import EngineError
from tessera.gtp import client as client_module
from tessera.gtp.client import EngineRefused, EngineTimeout, GtpClient

GOOD = """
import sys
for line in sys.stdin:
    number, name, *args = line.split()
    if name == "quit":
        print(f"={number}\\n", flush=True)
        break
    print(f"?{number} refused\\n" if name == "bad" else f"={number} {name} {' '.join(args)}\\n", flush=True)
"""

HEAD = "import os, signal, subprocess, sys, time\nline = sys.stdin.readline()\nnumber = line.split()[0]\n"
LIARS = {
    "no id": (HEAD + "print('= x\\n', flush=True); time.sleep(60)", EngineError, "no GTP response"),
    "wrong id": (HEAD + "print('=99 x\\n', flush=True); time.sleep(60)", EngineError, "no GTP response"),
    "longer id": (HEAD + "print(f'={number}7 x\\n', flush=True); time.sleep(60)", EngineError, "wrong id"),
    "banner": ("print('Hello\\n', flush=True)\n" + HEAD + "time.sleep(60)", EngineError, "no GTP response"),
    "silence": (HEAD + "time.sleep(60)", EngineTimeout, "in time"),
    "half an answer": (HEAD + "print('=1 x', flush=True); time.sleep(60)", EngineTimeout, "in time"),
    "exit": (HEAD + "sys.exit(3)", EngineError, "exit code 3"),
    "killed": (HEAD + "os.kill(os.getpid(), 9)", EngineError, "exit code -9"),
    "last words": (HEAD + "print('oh no', file=sys.stderr); sys.exit(1)", EngineError, "oh no"),
    "flood": (HEAD + "\nwhile True: print('x' * 1000, flush=True)", EngineError, "longer than"),
    "garbage": (
        HEAD + "sys.stdout.buffer.write(bytes(range(256)) + b'\\n\\n'); sys.stdout.flush(); time.sleep(60)",
        EngineError,
        "no GTP response",
    ),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "LEAVE_SECONDS", 0.5)


def start(tmp_path: Path, code: str, *, timeout: float = 5.0) -> GtpClient:
    script = tmp_path / "engine.py"
    script.write_text(code)
    return GtpClient([sys.executable, str(script)], name="fake", timeout=timeout)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state not in ("Z", "X")


def test_a_good_engine(tmp_path: Path) -> None:
    with start(tmp_path, GOOD) as engine:
        assert engine.send("play", "b", "D4") == "play b D4"
        with pytest.raises(EngineRefused, match="refused"):
            engine.send("bad")
        assert engine.send("name") == "name"
        assert engine.alive
    assert engine.close() == 0
    assert not engine.alive
    with pytest.raises(EngineError, match="closed"):
        engine.send("name")


@pytest.mark.parametrize("liar", LIARS)
def test_bad_engines(liar: str, tmp_path: Path) -> None:
    code, kind, words = LIARS[liar]
    engine = start(tmp_path, code, timeout=1.0 if kind is EngineTimeout else 10.0)
    try:
        with pytest.raises(kind, match=words):
            engine.send("name")
        assert not engine.alive
        with pytest.raises(EngineError, match="fake"):
            engine.send("name")
    finally:
        begun = time.monotonic()
        engine.close()
    assert time.monotonic() - begun < 3
    assert not is_running(engine._process.pid)


def test_an_engine_that_ignores_quit_and_sigterm(tmp_path: Path) -> None:
    code = (
        "import signal, sys\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "for line in sys.stdin: print(f'={line.split()[0]}\\n', flush=True)\nimport time\ntime.sleep(60)"
    )
    engine = start(tmp_path, code)
    engine.send("name")
    begun = time.monotonic()
    assert engine.close() == -9
    assert time.monotonic() - begun < 3


def test_children_of_an_engine_go_with_it(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\nchild = subprocess.Popen(['sleep', '60'])\n"
        "for line in sys.stdin:\n    number, name = line.split()\n    print(f'={number} {child.pid}\\n', flush=True)\n"
        "    if name == 'quit': break\n"
    )
    engine = start(tmp_path, code)
    child = int(engine.send("name"))
    assert is_running(child)
    assert engine.close() == 0
    deadline = time.monotonic() + 2
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(child)


def test_an_engine_that_does_not_read(tmp_path: Path) -> None:
    engine = start(tmp_path, "import time; time.sleep(60)", timeout=0.5)
    with pytest.raises(EngineTimeout, match="does not read"):
        engine.send("x" * 1_000_000)
    engine.close()


def test_an_engine_that_chatters_on_stderr(tmp_path: Path) -> None:
    code = GOOD.replace("import sys\n", "import sys\nsys.stderr.write('noise\\n' * 100_000)\n")
    with start(tmp_path, code) as engine:
        assert engine.send("name") == "name"
        assert engine.tail[-1] == "noise"
        assert len(engine.tail) <= client_module.TAIL_LINES


def test_no_such_engine() -> None:
    with pytest.raises(EngineError, match="cannot start"):
        GtpClient(["/no/such/engine"])


def test_a_command_is_one_line(tmp_path: Path) -> None:
    with start(tmp_path, GOOD) as engine, pytest.raises(EngineError, match="line break"):
        engine.send("play b D4\nquit")


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    before = set(Path("/proc/self/fd").iterdir())
    for _ in range(5):
        with start(tmp_path, GOOD) as engine:
            engine.send("name")
    del engine
    assert len(set(Path("/proc/self/fd").iterdir())) <= len(before)


@pytest.mark.gnugo
def test_gnugo(gnugo: str) -> None:
    with GtpClient([gnugo, "--mode", "gtp"], timeout=30) as engine:
        assert engine.send("name") == "GNU Go"
        assert engine.knows("final_score")
        assert not engine.knows("flip_table")
        engine.send("boardsize", 5)
        assert engine.send("genmove", "b") == "C3"
        with pytest.raises(EngineRefused, match="illegal move"):
            engine.send("play", "w", "C3")

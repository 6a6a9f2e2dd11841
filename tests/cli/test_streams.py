"""Streams that are closed, full or ASCII only, and Ctrl-C during the first imports: one line, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tessera.checkpoints import shipped_path
from tessera.cli import streams

TESSERA = f"{sys.executable} -c 'import sys; from tessera.cli.start import tessera; sys.exit(tessera())'"
SHOWN = {
    "help": "--help",
    "version": "--version",
    "command help": "demo --help",
    "table": "plugins",
    "json": "plugins --json",
    "pairs": f"ckpt show {shipped_path()}",
}
needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        line, shell=True, capture_output=True, timeout=60, check=False, env={**os.environ, **environment}
    )


@needs_full
@pytest.mark.parametrize("words", SHOWN.values(), ids=SHOWN)
def test_a_full_disk(words: str) -> None:
    done = shell(f"{TESSERA} {words} >/dev/full")
    assert done.stderr == b"tessera: stdout: No space left on device\n"
    assert done.returncode == 1


@pytest.mark.parametrize("words", SHOWN.values(), ids=SHOWN)
def test_a_closed_stdout(words: str) -> None:
    done = shell(f"{TESSERA} {words} >&-")
    assert done.stderr == b"tessera: stdout is closed; >/dev/null throws the output away\n"
    assert done.returncode == 1


def test_an_error_with_stderr_closed_or_full_is_still_an_exit_code() -> None:
    for redirection in ("2>&-", "2>/dev/full" if Path("/dev/full").exists() else "2>&-"):
        assert shell(f"{TESSERA} ckpt show /nope.pth {redirection}").returncode == 1


def test_a_file_that_is_written_never_takes_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    done = shell(f"cd {tmp_path} && {TESSERA} league init new.toml <&- 2>&-")
    assert done.returncode == 0
    written = (tmp_path / "new.toml").read_text()
    assert shell(f"cd {tmp_path} && {TESSERA} league init usual.toml").returncode == 0
    assert written == (tmp_path / "usual.toml").read_text()


@pytest.mark.parametrize("words", SHOWN.values(), ids=SHOWN)
def test_ascii_only(words: str) -> None:
    done = shell(f"{TESSERA} {words}", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert (done.returncode, done.stderr) == (0, b"")
    done.stdout.decode("ascii")


def test_json_stays_json_in_ascii() -> None:
    code = "from tessera.cli import output; output.print_json(chr(0x56F2) + chr(0x1F937))"
    done = shell(f"{sys.executable} -c '{code}'", PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout) == chr(0x56F2) + chr(0x1F937)


def test_a_message_cannot_steer_the_terminal() -> None:
    assert streams.printable("a\nb \x1b[2J \u202e \u56f2") == "a b \\x1b[2J \\u202e \u56f2"


INTERRUPTED_AT = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
from tessera.cli.start import {script} as main
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("script", "module", "words"),
    [
        ("tessera", "tessera.cli.main", ["--help"]),
        ("tessera", "click", ["--help"]),
        ("tessera", "tessera.cli.demo", ["demo"]),
        ("tessera", "rich.table", ["demo"]),
        ("tessera", "tessera_mamba", ["plugins"]),
        ("tessera", "tessera.training.config", ["train", "--out", "x"]),
        ("tessera_gtp", "click", []),
        ("tessera_gtp", "tessera.plugins", []),
    ],
)
def test_interrupt_while_importing(script: str, module: str, words: list[str], tmp_path: Path) -> None:
    code = INTERRUPTED_AT.format(module=module, script=script)
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    # click ends the line on which a terminal shows ^C.
    assert done.stderr.removeprefix("\n") == f"{script.replace('_', '-')}: interrupted\n"
    assert done.returncode == 130
    assert done.stdout == ""


def test_interrupt_stays_ignored_in_the_background() -> None:
    code = INTERRUPTED_AT.format(module="click", script="tessera")
    done = subprocess.run(
        [sys.executable, "-c", code, "--version"],
        capture_output=True, text=True, timeout=60, check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    assert done.returncode == 0

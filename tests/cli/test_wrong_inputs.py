"""Every wrong command line of the table: no traceback, one line on stderr, an exit code above 0, and quickly.

Run in this process, where the code is the same; a long test runs each as a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tessera.cli import analysis, gtp
from tessera.cli.funnel import guarded
from tessera.cli.main import main
from tests.cli.wrong_inputs import CASES, make_files

PROGRAMS = {"tessera": "tessera", "tessera-gtp": "tessera_gtp"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    make_files(folder)
    return folder


def started(code: int) -> None:
    raise AssertionError(f"it began to serve, and ended with {code}")


def run_here(words: tuple[str, ...]) -> int:
    """The exit code of a command line run in this process."""
    program, *arguments = words
    if program == "tessera":
        return main(arguments)
    body: Callable[[], object] = lambda: gtp.command.main(args=arguments, prog_name=program, standalone_mode=False)  # noqa: E731
    return guarded(program, body)


def test_there_are_enough_of_them() -> None:
    assert len(set(CASES)) == len(CASES) >= 150


@pytest.mark.parametrize("words", CASES, ids=range(len(CASES)))
def test_wrong_inputs(
    words: tuple[str, ...], files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(files)
    for module in (gtp, analysis):
        monkeypatch.setattr(module, "leave", started)
        monkeypatch.setattr(module, "private_stdout", lambda: os.open(os.devnull, os.O_WRONLY))
    code = run_here(words)
    captured = capsys.readouterr()
    assert code in (1, 2), captured.err
    assert captured.err.count("\n") == 1, captured.err
    assert captured.err.startswith(f"{words[0]}: ")
    assert captured.out == ""


LOADED = [
    ((program, "--device", device), b"genmove b\n")
    for program in ("tessera-gtp", "tessera analysis")
    for device in ("cuda:99", "cuda:999")
]
"""What only torch can tell: refused a moment after the start."""


@pytest.mark.long
@pytest.mark.parametrize(("words", "given"), [*((words, b"") for words in CASES), *LOADED])
def test_wrong_inputs_as_processes(words: tuple[str, ...], given: bytes, files: Path) -> None:
    program, *arguments = " ".join(words[:1]).split() + list(words[1:])
    start = f"import sys; from tessera.cli.start import {PROGRAMS[program]} as main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", start, *arguments], cwd=files, input=given, capture_output=True, timeout=300, check=False
    )
    errors = done.stderr.decode()
    assert done.returncode in (1, 2), errors
    assert errors.count("\n") == 1, errors
    if given and program == "tessera-gtp":
        assert b"\n\n" in done.stdout
    else:  # An analysis says of each line that it is no query, if it comes to reading them.
        assert all("error" in json.loads(line) for line in done.stdout.splitlines())

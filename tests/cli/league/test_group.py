"""The group's help, and every command's."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tessera.cli.league import command
from tests.cli.league.door import tessera

NAMES = sorted(command.commands)


def test_the_commands() -> None:
    assert NAMES == ["export", "init", "rate", "report", "run", "status"]


def test_no_first_line_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """At 80 columns, which is less than the 110 of a wide terminal."""
    assert tessera("--help") == 0
    shown = capsys.readouterr().out
    lines = shown.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in lines] == NAMES
    assert all(line.endswith(".") and "..." not in line for line in lines), "each on one line, with its full stop"
    assert max(map(len, shown.splitlines())) <= 110


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_with_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert tessera(name, "--help") == 0
    shown = capsys.readouterr().out
    examples = shown.partition("Examples:\n")[2]
    assert re.search(rf"^ +(watch )?tessera league {name}\b", examples, re.MULTILINE)
    assert max(map(len, shown.splitlines())) <= 110


def test_a_wrong_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert tessera("play") == 2
    assert "No such command 'play'" in capsys.readouterr().err


def test_help_needs_no_numbers() -> None:
    code = "import sys, tessera.cli.league; print(*{'numpy', 'numba', 'torch', 'sgfmill'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"

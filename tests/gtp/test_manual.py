"""The manual says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tessera.gtp import manual
from tessera.gtp.commands import TABLES, builtin_commands
from tessera.gtp.commands.gogui import ANALYZE_COMMANDS

ROOT = Path(__file__).parents[2]


def test_the_manual_is_up_to_date() -> None:
    assert (ROOT / "docs" / "gtp.md").read_text() == manual.render()


def test_no_command_is_in_two_families() -> None:
    assert sum(len(table.commands) for table in TABLES) == len(builtin_commands())


@pytest.mark.parametrize("name", builtin_commands())
def test_every_command_is_described(name: str) -> None:
    assert builtin_commands()[name].summary.endswith(".")


@pytest.mark.parametrize("line", ANALYZE_COMMANDS)
def test_what_gogui_is_offered_exists(line: str) -> None:
    kind, label, command = line.split("/")
    types = "bwboard cboard dboard eplist gfx hstring hpstring none param plist pspairs pstring string sboard var"
    assert kind in types.split()
    assert label
    assert command.split()[0] in builtin_commands()

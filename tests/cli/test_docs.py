"""Commands that the documentation shows: each is one the program understands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from tessera.cli.gtp import command as gtp
from tessera.cli.main import App, cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "BENCHMARKS.md", ROOT / "GPU.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = re.compile(r"^    (tessera(?:-gtp)? .*)$|`(tessera(?:-gtp)? [^`]+)`", re.MULTILINE)
PLACEHOLDERS = dict.fromkeys(("N", "B", "S", "SECONDS"), "7")


def commands() -> list[tuple[str, str]]:
    """(page, command); forms such as `a|b`, and --version, which is no command, are left out."""
    found: list[tuple[str, str]] = []
    for page in PAGES:
        for match in SHOWN.finditer(page.read_text(encoding="utf-8").replace("\\\n", " ")):
            text = (match[1] or match[2]).split("#")[0].strip()
            if not any(mark in text for mark in ("|", "...", "[--", "--version")):
                found.append((page.name, text))
    return found


def test_there_are_some() -> None:
    assert len(commands()) > 30


@pytest.mark.parametrize(("page", "text"), commands(), ids=lambda value: value)
def test_a_command_that_is_shown_is_understood(page: str, text: str) -> None:
    """Parsed, not run: unknown commands and options and values of the wrong kind are caught, absent files are not."""
    program, *words = shlex.split(text)
    words = [PLACEHOLDERS.get(word, word) for word in words]
    command: click.Command = gtp if program == "tessera-gtp" else cli
    context = click.Context(command, obj=App())
    while isinstance(command, click.Group):
        if not words:
            return
        name, found, words = command.resolve_command(context, words)
        assert found is not None
        command, context = found, click.Context(found, parent=context, info_name=name)
    try:
        command.parse_args(context, words)
    except click.MissingParameter:
        return  # named in a sentence, without its arguments
    except click.exceptions.Exit:
        return  # --help
    except click.BadParameter as error:
        assert "does not exist" in str(error), f"{page}: {error}"

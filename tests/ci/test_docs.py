"""What the documents point at is there: files, tests, commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tessera.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("*/*.md")] if ".venv" not in path.parts)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_tests_and_links_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    missing = [link for link in links if not (path.parent / link).exists()]
    missing += [name for name in re.findall(r"\btests/[\w/.]+\b", text) if not (ROOT / name).exists()]
    assert not missing


@pytest.mark.parametrize("name", ["README.md", "BENCHMARKS.md", "GPU.md", "docs/training.md", "docs/shipped.md"])
def test_commands_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    code = " ; ".join(match[1] or match[2] for match in re.finditer(r"`([^`]+)`|^    (.+)$", text, re.M))
    named = sorted({match[1] for match in re.finditer(r"(?<![\w/.-])tessera ([a-z]+(?:-[a-z]+)*)", code)})
    assert named
    assert [command for command in named if main([command, "--help"]) != 0] == []

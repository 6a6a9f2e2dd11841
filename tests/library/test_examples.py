"""Every example of docs/library.md runs, in order, in one empty folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "library.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.timeout(400)
def test_the_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    assert len(BLOCKS) == 5
    for number, block in enumerate(BLOCKS, 1):
        exec(compile(block, f"example {number} of docs/library.md", "exec"), names)
        assert capsys.readouterr().out, "every example shows something"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["board.svg", "first.sgf", "game.sgf", "run"]

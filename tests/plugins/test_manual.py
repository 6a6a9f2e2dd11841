"""docs/hooks.md is made from hookspecs.py and nothing else."""

from __future__ import annotations

from pathlib import Path

from tessera.plugins import settings_manual
from tessera.plugins.checks import hook_names
from tessera.plugins.manual import render

PAGE = Path(__file__).parents[2] / "docs" / "hooks.md"


def test_the_reference_is_up_to_date() -> None:
    assert PAGE.read_text() == render(), "run: python -m tessera.plugins.manual > docs/hooks.md"


def test_every_hook_has_a_signature_and_a_text() -> None:
    sections = render().split("\n## ")[1:]
    assert len(sections) == len(hook_names())
    for name, section in zip(hook_names(), sections, strict=True):
        title, signature, *text = [line for line in section.splitlines() if line.strip()]
        assert title == f"`{name}`"
        assert signature.startswith(f"    def {name}(")
        assert len(" ".join(text)) > 30


def test_the_tables_of_settings_are_up_to_date() -> None:
    page = PAGE.with_name("training.md")
    text = page.read_text("utf-8")
    assert text == settings_manual.renewed(text), f"run: python -m tessera.plugins.settings_manual docs/{page.name}"
    assert "| `full_share` | `1.0` | a number, more than 0, up to 1 |" in text

"""The tables of settings in docs/training.md, made from the settings themselves:

    python -m tessera.plugins.settings_manual docs/training.md

rewrites what stands between the two marks; a test keeps them equal.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tessera.plugins.loading import build_manager
from tessera.settings import Setting, settings_of

BEGIN, END = "<!-- settings: begin -->\n", "<!-- settings: end -->\n"
FIRST = ("gumbel", "tower")
"""The plugin of each kind whose table is whole. The others leave out what they have in common with it."""


def renewed(text: str) -> str:
    """A page with its tables made anew."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + "\n" + "\n".join(_sections()) + "\n" + END + rest.partition(END)[2]


def _sections() -> list[str]:
    manager = build_manager()
    sections: list[str] = []
    registries: tuple[Mapping[str, Any], ...] = (manager.trainers, manager.networks)
    for kind, registry, first in zip(("Trainer", "Network"), registries, FIRST, strict=True):
        names = [first, *sorted(name for name in registry if name != first)]
        usual = settings_of(registry[first].settings)
        for name in names:
            settings = settings_of(registry[name].settings)
            own = [each for each in settings.values() if name == first or _words(usual.get(each.name)) != _words(each)]
            shared = [f"`{each}`" for each in settings if each not in {one.name for one in own}]
            also = f" As `{first}` has them: {', '.join(shared)}." if shared else ""
            if settings:
                sections += [f"### {kind} `{name}`\n", f"{_sentence(registry[name].summary)}{also}\n", _table(own)]
    return sections


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _table(settings: list[Setting]) -> str:
    if not settings:
        return ""  # nothing of its own
    rows = ["| Setting | Default | Allowed | Unit | Meaning |", "|---|---|---|---|---|"]
    rows += ["| " + " | ".join(_words(each)) + " |" for each in settings]
    return "\n".join(rows) + "\n"


def _words(setting: Setting | None) -> tuple[str, ...]:
    if setting is None:
        return ()
    return f"`{setting.name}`", f"`{setting.default_text}`", setting.allowed, setting.unit, setting.meaning


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(renewed(page.read_text("utf-8")), "utf-8")

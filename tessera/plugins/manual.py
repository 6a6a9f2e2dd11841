"""The hook reference, made from hookspecs.py: `python -m tessera.plugins.manual > docs/hooks.md`."""

from __future__ import annotations

import inspect
import sys

from tessera import hookspecs
from tessera.plugins.checks import hook_names

INTRODUCTION = """\
# Hooks

Made from `tessera/hookspecs.py` by `python -m tessera.plugins.manual > docs/hooks.md`; a test keeps them equal.
How to write a plugin is told in `plugins/README.md`; the specs that are registered are the dataclasses of
`tessera/interfaces/`; `tessera.testing` holds a conformance suite for each kind.
"""


def render() -> str:
    """The reference as Markdown, one section for each hook in the order of the file."""
    preface = inspect.getdoc(hookspecs) or ""
    parts = [INTRODUCTION, preface.partition("\n")[2].strip() + "\n"]
    for name in hook_names():
        function = getattr(hookspecs, name)
        signature = str(inspect.signature(function)).replace("'", "").replace(" -> None", "")
        parts.append(f"## `{name}`\n\n    def {name}{signature}\n\n{inspect.getdoc(function)}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(render())
